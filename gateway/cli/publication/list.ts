import { z } from 'zod';
import { listPublications } from '../../exchange/index.ts';
import { askExchange, gatewayUrl, login } from '../client.ts';
import { type Command, print, readOptions } from '../command.ts';
import { table } from '../table.ts';
import { withStore } from './store.ts';

const MOST = 100;

const Listed = z.object({
  publications: z.object({
    edges: z.array(
      z.object({
        node: z.object({
          id: z.string(),
          number: z.number(),
          what: z.string(),
          subgraph: z.string().nullable(),
          at: z.string(),
          reason: z.string().nullable(),
        }),
      }),
    ),
  }),
});

export const listPublicationsCommand: Command = {
  summary: '历次发布，新者在前 every state of what was live, the newest first',
  usage: [
    'liancha publication list [--json]                                 询问网关 asks the gateway',
    'liancha publication list --offline [--data-dir <folder>] [--json] 直接读取数据库（DATABASE_URL 或 DATA_DIR）reads the store without a gateway',
  ].join('\n'),
  async run(parameters) {
    const values = readOptions(parameters, {
      offline: { type: 'boolean', default: false },
      'data-dir': { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    if (values.offline)
      return withStore(values['data-dir'], async (database) => listOffline(database, values.json));
    const gateway = gatewayUrl(process.env);
    const token = await login(process.env, gateway, {});
    const query = `{ publications(first: ${MOST}) { edges { node { id number what subgraph at reason } } } }`;
    const { publications } = await askExchange(gateway, token, query, {}, Listed);
    const all = publications.edges.map(({ node }) => node);
    if (values.json) print(JSON.stringify(all));
    else
      print(
        table(
          ['发布 publication', '事由 what', '子图 subgraph', '时间 at', '理由 reason'],
          all.map((one) => [one.number, one.what, one.subgraph, one.at, one.reason]),
        ),
      );
    return 0;
  },
};

async function listOffline(
  database: Parameters<typeof listPublications>[0],
  isJson: boolean,
): Promise<number> {
  const all = await listPublications(database, MOST);
  if (isJson) print(JSON.stringify(all));
  else
    print(
      table(
        [
          '发布 publication',
          '在线 live',
          '事由 what',
          '子图 subgraph',
          '时间 at',
          '投入使用 taken up',
          '理由 reason',
        ],
        all.map((one) => [
          one.number,
          one.isLive ? '*' : '',
          one.what,
          one.subgraph,
          one.at,
          one.failure === null || one.takenUp === 'TAKEN_UP'
            ? one.takenUp
            : `FAILED: ${one.failure.split('\n')[0]}`,
          one.reason,
        ]),
      ),
    );
  return 0;
}
