import { z } from 'zod';
import { askExchange, gatewayUrl, login } from '../client.ts';
import { type Command, print, readOptions } from '../command.ts';

const Listed = z.object({
  subgraphs: z.array(
    z.object({ name: z.string(), provider: z.object({ code: z.string(), name: z.string() }) }),
  ),
});

export const listCommand: Command = {
  summary: '在线的子图 the subgraphs that are live',
  usage: 'liancha subgraph list [--json]',
  async run(parameters) {
    const values = readOptions(parameters, { json: { type: 'boolean', default: false } });
    const gateway = gatewayUrl(process.env);
    const token = await login(process.env, gateway, {});
    const query = '{ subgraphs { name provider { code name } } }';
    const { subgraphs } = await askExchange(gateway, token, query, {}, Listed);
    if (values.json) print(JSON.stringify(subgraphs));
    else
      for (const { name, provider } of subgraphs)
        print(`${name.padEnd(20)} ${provider.code}  ${provider.name}`);
    return 0;
  },
};
