import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { askExchange, gatewayUrl, loginAnew } from '../client.ts';
import { type Command, print, readOptions } from '../command.ts';
import { storeToken } from '../tokens.ts';

const Viewer = z.object({ viewer: z.object({ code: z.string(), name: z.string() }) });

/** `liancha login`: a token is kept for a gateway, so that other commands need none. */
export const loginCommand: Command = {
  summary: '登录：为一个网关保存令牌 keeps a token for a gateway',
  usage: [
    'liancha login [--department <code or name>] [--token-stdin] [--json]    liancha login --forget',
    '  LIANCHA_URL    网关地址 the gateway, by default http://127.0.0.1:4000',
    '  --department   演示网关：以哪个部门登录 at a demonstration gateway: as which department',
    '  --token-stdin  从标准输入读取令牌 reads a token of your department from standard input',
    '  --forget       删除保存的令牌 forgets the token',
  ].join('\n'),
  async run(parameters) {
    const values = readOptions(parameters, {
      department: { type: 'string' },
      'token-stdin': { type: 'boolean', default: false },
      forget: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const gateway = gatewayUrl(process.env);
    if (values.forget) {
      storeToken(process.env, gateway, null);
      print(values.json ? JSON.stringify({ gateway }) : `${gateway}：已退出 logged out`);
      return 0;
    }
    const token = values['token-stdin']
      ? (await text(process.stdin)).trim()
      : await loginAnew(gateway, values.department === undefined ? {} : { department: values.department });
    // A token that the gateway does not take is not kept.
    const { viewer } = await askExchange(gateway, token, '{ viewer { code name } }', {}, Viewer);
    const path = storeToken(process.env, gateway, token);
    print(
      values.json
        ? JSON.stringify({ gateway, department: viewer })
        : `${gateway}：${viewer.name}（${viewer.code}）已登录 logged in\n${path}`,
    );
    return 0;
  },
};
