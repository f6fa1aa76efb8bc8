import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../gateway/config.ts';
import { projectRoot } from '../../gateway/files.ts';
import { startGateway } from '../../gateway/gateway.ts';
import { openDemonstrationIssuer } from '../../gateway/identity/index.ts';
import { type Resolvers, type SubgraphRequest, startProvider } from '../../subgraphs/kit/index.ts';
import { provideDatabase } from './setup/database.ts';
import type { Answer } from './system.ts';

/** A subgraph of a test's own; the links to federation and sharing are added to its SDL. */
export interface Member {
  readonly sdl: string;
  readonly resolvers: Resolvers;
  /** The department that provides it; one for all where nothing is said. */
  readonly department?: string;
}

const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@provides", "@shareable",
    "@external", "@interfaceObject", "@inaccessible", "@context", "@fromContext"])
  @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing", "@mask", "@item", "@subject"])
`;

/** Codes of registered departments, given to the members in turn; the first also asks. */
const PROVIDER = '11990101MB00000019';
export const CONSUMER = '11990101MB0000013G';

/** A gateway in front of subgraphs of a test's own: real servers, nothing granted to the consumer but `grants`. */
export async function startCustom(members: Readonly<Record<string, Member>>, grants: readonly string[] = []) {
  const root = projectRoot();
  const dataDir = mkdtempSync(join(tmpdir(), 'liancha-custom-'));
  await provideDatabase(dataDir);
  const received: SubgraphRequest[] = [];
  mkdirSync(join(dataDir, 'schemas'));
  const running = await Promise.all(
    Object.entries(members).map(async ([name, { sdl, resolvers, department = PROVIDER }]) => {
      const schema = join(dataDir, 'schemas', `${name}.graphql`);
      writeFileSync(schema, LINKS + sdl);
      const provider = { name, sdl: LINKS + sdl, resolvers, context: () => ({}) };
      const options = {
        jwks: join(dataDir, 'gateway', 'jwks.json'),
        onRequest: (one: SubgraphRequest) => received.push(one),
      };
      const { url, close } = await startProvider(provider, options);
      return { entry: { name, url, department, schema }, close };
    }),
  );
  const grantsFile = join(dataDir, 'grants.yaml');
  const entry = {
    id: 'G-2026-0001',
    department: CONSUMER,
    coordinates: grants,
    uses: ['ADMINISTRATIVE_BASIS', 'WORK_REFERENCE'],
    validFrom: '2026-01-01T00:00:00+08:00',
    validUntil: '2099-01-01T00:00:00+08:00',
  };
  writeFileSync(grantsFile, JSON.stringify({ grants: grants.length > 0 ? [entry] : [] })); // JSON is YAML
  const gateway = await startGateway(
    loadConfiguration({ DATA_DIR: dataDir }, root, {
      port: 0,
      demonstration: true,
      grants: grantsFile,
      subgraphs: running.map((one) => one.entry),
    }),
  );
  const issuer = await openDemonstrationIssuer(dataDir, {});
  const token = await issuer.issue({
    department: CONSUMER,
    operator: 'test',
    zone: 'EXTRANET',
    lifetimeSeconds: 600,
  });
  return {
    received,
    async ask(selection: string, variables: Record<string, unknown> = {}, declared = ''): Promise<Answer> {
      received.length = 0;
      const query = `query ${declared} @purpose(use: ADMINISTRATIVE_BASIS, matter: "m") ${selection}`;
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
          'accept-language': 'en',
        },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors = [], extensions = {} } = (await response.json()) as Answer;
      return { status: response.status, data, errors, extensions };
    },
    /** Takes every grant away; seen by the gateway within half a second. */
    revoke: () => writeFileSync(grantsFile, JSON.stringify({ grants: [] })),
    async close() {
      await gateway.close();
      await Promise.all(running.map((one) => one.close()));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type Custom = Awaited<ReturnType<typeof startCustom>>;
