import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../gateway/config.ts';
import { projectRoot } from '../../gateway/files.ts';
import { startGateway } from '../../gateway/gateway.ts';
import { openDemonstrationIssuer } from '../../gateway/identity/index.ts';
import { type Disclosure, exportLedger } from '../../gateway/ledger/index.ts';
import { type Resolvers, type SubgraphRequest, startProvider } from '../../subgraphs/kit/index.ts';
import { provideDatabase } from './setup/database.ts';
import type { Answer } from './system.ts';

/** A subgraph of a test's own; the links to federation and sharing are added to its SDL. */
export interface Member {
  readonly sdl: string;
  readonly resolvers: Resolvers;
  /** Code of the department that publishes it. */
  readonly department?: string;
}

export const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@provides", "@shareable",
    "@external", "@interfaceObject", "@inaccessible", "@override", "@context", "@fromContext"])
  @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing", "@mask", "@item", "@subject",
    "@authoritative"])
`;

/** Codes of registered departments: whose members are where nothing is said, another provider's, and who asks. */
export const PROVIDER = '11990101MB00000019';
export const RED = '11990101MB0000006Q';
export const CONSUMER = '11990101MB0000013G';

/** A gateway in front of subgraphs of a test's own: real servers, nothing granted to the consumer but `grants`. */
export async function startCustom(
  members: Readonly<Record<string, Member>>,
  grants: readonly string[] = [],
  /** Coordinates that other departments hold, by code. */
  held: Readonly<Record<string, readonly string[]>> = {},
) {
  const root = projectRoot();
  const dataDir = mkdtempSync(join(tmpdir(), 'liancha-custom-'));
  await provideDatabase(dataDir);
  const received: (SubgraphRequest & { readonly provider: string })[] = [];
  mkdirSync(join(dataDir, 'schemas'));
  const running = await Promise.all(
    Object.entries(members).map(async ([name, { sdl, resolvers, department = PROVIDER }]) => {
      const schema = join(dataDir, 'schemas', `${name}.graphql`);
      writeFileSync(schema, LINKS + sdl);
      const provider = { name, sdl: LINKS + sdl, resolvers, context: () => ({}) };
      const options = {
        jwks: join(dataDir, 'gateway', 'jwks.json'),
        onRequest: (one: SubgraphRequest) => received.push({ ...one, provider: name }),
      };
      const { url, close } = await startProvider(provider, options);
      return { entry: { name, url, department, schema }, close };
    }),
  );
  const grantsFile = join(dataDir, 'grants.yaml');
  const write = (byDepartment: Readonly<Record<string, readonly string[]>>): void => {
    const entries = Object.entries(byDepartment).map(([department, coordinates], index) => ({
      id: `G-2026-000${index + 1}`,
      department,
      coordinates,
      uses: ['ADMINISTRATIVE_BASIS', 'WORK_REFERENCE'],
      validFrom: '2026-01-01T00:00:00+08:00',
      validUntil: '2099-01-01T00:00:00+08:00',
    }));
    const given = entries.filter((one) => one.coordinates.length > 0);
    writeFileSync(grantsFile, JSON.stringify({ grants: given })); // JSON is YAML
  };
  write({ [CONSUMER]: grants, ...held });
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
    revoke: () => write({}),
    /** Grants from now on, by department; seen by the gateway within half a second. */
    grant: write,
    /** The ledger's records so far. */
    disclosures(): Disclosure[] {
      return [...exportLedger(join(dataDir, 'ledger'))].map(({ text }) => JSON.parse(text));
    },
    async close() {
      await gateway.close();
      await Promise.all(running.map((one) => one.close()));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type Custom = Awaited<ReturnType<typeof startCustom>>;
