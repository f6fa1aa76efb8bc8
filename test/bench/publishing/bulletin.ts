import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing", "@resource", "@item"])
`;

/** A small department's schema: each version has a field of its own. */
function sdlOf(version: number): string {
  return `${LINKS}
type Query { bulletin(id: ID! @sharing(class: UNCONDITIONAL)): Bulletin @sharing(class: UNCONDITIONAL) }
type Bulletin
  @key(fields: "id")
  @resource(name: "公告信息", classification: "3/民政", abstract: "公告", format: DATABASE, methods: [ONLINE_QUERY], updatePeriod: DAILY)
{
  id: ID! @sharing(class: UNCONDITIONAL) @item(name: "编号", type: C, length: 32)
  added${version}: Int @sharing(class: UNCONDITIONAL) @item(name: "新增项", type: I)
}
`;
}

/** A service that is published again and again. It only ever says which schema it runs. */
export async function startBulletin() {
  let version = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: { _service: { sdl: sdlOf(version) } } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    name: 'bulletin',
    department: '11990101MB0000002C', // 云溪市民政局
    url: `http://127.0.0.1:${port}/`,
    sdl: () => sdlOf(version),
    /** Deploys the next version. */
    deploy(): void {
      version++;
    },
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}
