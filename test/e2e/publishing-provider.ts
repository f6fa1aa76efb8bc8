import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  assertionVerifier,
  buildSubgraph,
  type RunningSubgraph,
  serveSubgraph,
} from '../../subgraphs/kit/index.ts';

const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@composeDirective"])
  @link(
    url: "https://liancha.example/sharing/v1.0"
    import: ["@sharing", "@resource", "@item", "@subject", "@mask", "@authoritative"]
  )
`;

/** The schema of a service that changes from version to version: each adds a field of its own. */
export function welfareSdl(version: number, more = ''): string {
  return `${LINKS}
type Query {
  welfare(id: ID! @sharing(class: UNCONDITIONAL)): Welfare @sharing(class: UNCONDITIONAL)
}
type Welfare
  @key(fields: "id")
  @resource(name: "社会救助信息", classification: "3/民政", abstract: "社会救助", format: DATABASE, methods: [ONLINE_QUERY], updatePeriod: DAILY)
{
  id: ID! @sharing(class: UNCONDITIONAL) @item(name: "编号", type: C, length: 32)
  kind: String @sharing(class: UNCONDITIONAL) @item(name: "救助类别", type: C, length: 20)
  added${version}: Int @sharing(class: UNCONDITIONAL) @item(name: "新增项", type: I)
  ${more}
}
`;
}

/**
 * A department's service whose schema changes while it runs: a front at one address that hands requests to what is deployed, and
 * finishes those in flight at what was.
 */
export async function startChangingProvider(name: string, jwks: string, sdl: string) {
  const resolvers = {
    Query: { welfare: (_: unknown, { id }: { id: string }) => ({ id, kind: '低保' }) },
    Welfare: { __resolveReference: ({ id }: { id: string }) => ({ id, kind: '低保' }) },
  };
  const start = (schema: string): Promise<RunningSubgraph> =>
    serveSubgraph({
      schema: buildSubgraph(schema, resolvers),
      verify: assertionVerifier(name, jwks),
      context: () => ({}),
    });
  let deployed = await start(sdl);
  const front = createServer((request, response) => {
    const { authorization = '' } = request.headers;
    const headers = { 'content-type': 'application/json', authorization };
    const forward = async (): Promise<void> => {
      const body = await text(request);
      const answer = await fetch(deployed.url, { method: 'POST', headers, body });
      const bytes = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(bytes);
    };
    forward().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const { port } = front.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    url: `http://${host}/`,
    host,
    /** Deploys another version. */
    async deploy(next: string): Promise<void> {
      const before = deployed;
      deployed = await start(next);
      await before.close();
    },
    async close(): Promise<void> {
      front.closeAllConnections();
      front.close();
      await deployed.close();
    },
  };
}

export type ChangingProvider = Awaited<ReturnType<typeof startChangingProvider>>;
