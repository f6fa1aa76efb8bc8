import { z } from 'zod';
import { askExchange, gatewayUrl, login } from '../client.ts';
import { type Command, print, readOptions } from '../command.ts';
import { table } from '../table.ts';

const Department = z.object({ code: z.string(), name: z.string() });
const Listed = z.object({
  subgraphs: z.array(
    z.object({
      name: z.string(),
      provider: Department,
      live: z.object({ number: z.number(), url: z.string().nullable(), at: z.string() }),
    }),
  ),
});
const History = z.object({
  subgraph: z.object({
    versions: z.array(
      z.object({
        number: z.number(),
        status: z.string(),
        at: z.string(),
        operator: z.string().nullable(),
        reason: z.string().nullable(),
        department: Department,
      }),
    ),
  }),
});

export const listCommand: Command = {
  summary: '在线的子图，或一个子图的全部版本 the subgraphs that are live, or all versions of one',
  usage: 'liancha subgraph list [--name <name>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      name: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const gateway = gatewayUrl(process.env);
    const token = await login(process.env, gateway, {});
    return values.name === undefined
      ? listLive(gateway, token, values.json)
      : listVersions(gateway, token, values.name, values.json);
  },
};

async function listLive(gateway: string, token: string, isJson: boolean): Promise<number> {
  const query = '{ subgraphs { name provider { code name } live { number url at } } }';
  const { subgraphs } = await askExchange(gateway, token, query, {}, Listed);
  if (isJson) print(JSON.stringify(subgraphs));
  else
    print(
      table(
        ['子图 name', '版本 version', '部门 department', '代码 code', '地址 url'],
        subgraphs.map(({ name, provider, live }) => [
          name,
          live.number,
          provider.name,
          provider.code,
          live.url,
        ]),
      ),
    );
  return 0;
}

async function listVersions(gateway: string, token: string, name: string, isJson: boolean): Promise<number> {
  const query =
    'query ($name: ID!) { subgraph(name: $name) { versions { number status at operator reason department { code name } } } }';
  const { subgraph } = await askExchange(gateway, token, query, { name }, History);
  if (isJson) print(JSON.stringify(subgraph.versions));
  else
    print(
      table(
        ['版本 version', '状态 status', '时间 at', '经办人 operator', '理由 reason'],
        subgraph.versions.map((one) => [one.number, one.status, one.at, one.operator, one.reason]),
      ),
    );
  return 0;
}
