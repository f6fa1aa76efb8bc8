import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../gateway/config.ts';
import { demonstrationSettings, readExamples } from '../../gateway/demonstration.ts';
import { projectRoot } from '../../gateway/files.ts';
import { PARTS, startGateway } from '../../gateway/gateway.ts';
import { openDemonstrationIssuer, readDepartments } from '../../gateway/identity/index.ts';
import { exportLedger } from '../../gateway/ledger/index.ts';
import type { Zone } from '../../gateway/words.ts';
import { createCity } from '../../subgraphs/city/index.ts';
import type { SubgraphRequest } from '../../subgraphs/kit/index.ts';
import { PROVIDER_NAMES, type ProviderName, startCityProvider } from '../../subgraphs/providers.ts';
import { provideDatabase } from './setup/database.ts';

/** An answer of the gateway, as a consumer's system reads it. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  readonly data: any;
  readonly errors: readonly {
    message: string;
    path?: (string | number)[];
    extensions: Record<string, unknown>;
  }[];
  readonly extensions: { receipt?: { id: string }; disputed?: readonly unknown[] };
}

export interface Asking {
  /** Name of the department that asks. */
  readonly as?: string;
  readonly variables?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
}

/** What providers have received from the gateway, in order. */
export type Received = SubgraphRequest & { readonly provider: ProviderName };

export interface SystemOptions {
  readonly settings?: Record<string, unknown>;
  /** Providers that another server stands in for: their URLs. */
  readonly instead?: Partial<Record<ProviderName, string>>;
  /** The gateway's clock. */
  readonly now?: () => number;
}

export const REGISTRATION = '云溪市不动产登记中心';
export const FUND = '云溪市住房公积金管理中心';
export const EDUCATION = '云溪市教育局';

const LONG_SECONDS = 100_000_000;

/** The demonstration city and a gateway in front of it, for one test file: real servers on free ports. */
export async function startSystem({ settings = {}, instead = {}, now }: SystemOptions = {}) {
  const root = projectRoot();
  const dataDir = mkdtempSync(join(tmpdir(), 'liancha-test-'));
  await provideDatabase(dataDir);
  const jwks = join(dataDir, 'gateway', 'jwks.json');
  const received: Received[] = [];
  const city = createCity();
  const started = await Promise.all(
    PROVIDER_NAMES.map((name) =>
      startCityProvider(name, city, {
        jwks,
        onRequest: (request) => received.push({ ...request, provider: name }),
      }),
    ),
  );
  const providers = PROVIDER_NAMES.map((name, index) => ({
    name,
    url: instead[name] ?? started[index]?.url ?? '',
  }));
  const environment = { ...process.env, DATA_DIR: dataDir, LIANCHA_PROVIDERS: JSON.stringify(providers) };
  const configuration = loadConfiguration(environment, root, {
    ...demonstrationSettings(root, environment),
    port: 0,
    ...(now && { longestTokenSeconds: LONG_SECONDS }),
    ...settings,
  });
  const gateway = await startGateway(configuration, { ...PARTS, ...(now && { now }) });
  const issuer = await openDemonstrationIssuer(dataDir, {}, now);
  const departments = readDepartments(configuration.departments);

  /** With a clock of its own a test may go on for months. */
  const usual = now ? LONG_SECONDS : 600;
  const tokenOf = (name: string, zone: Zone = 'EXTRANET', lifetimeSeconds = usual): Promise<string> => {
    const department = departments.all().find((one) => one.name === name)?.code ?? name;
    return issuer.issue({ department, operator: 'test', zone, lifetimeSeconds });
  };
  const tokens = new Map<string, Promise<string>>();
  const post = async (body: string, { as = REGISTRATION, headers = {} }: Asking = {}): Promise<Answer> => {
    const token = tokens.get(as) ?? tokenOf(as);
    tokens.set(as, token);
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'accept-language': 'en',
        authorization: `Bearer ${await token}`,
        ...headers,
      },
      body,
    });
    const parsed = (await response.json()) as Answer | Answer[];
    const { data, errors = [], extensions = {} } = Array.isArray(parsed) ? { data: parsed } : parsed;
    return { status: response.status, data, errors, extensions };
  };
  return {
    url: gateway.url,
    configuration,
    dataDir,
    city,
    received,
    examples: readExamples(root),
    tokenOf,
    post,
    /** Asks the exchange API. */
    exchange: (query: string, { as, variables = {} }: Asking = {}) =>
      askExchange(gateway.url, tokenOf, query, as ?? REGISTRATION, variables),
    ask: (query: string, asking: Asking = {}) =>
      post(JSON.stringify({ query, variables: asking.variables }), asking),
    /** The ledger's records so far. */
    disclosures(): Record<string, unknown>[] {
      return [...exportLedger(join(dataDir, 'ledger'))].map(({ text }) => JSON.parse(text));
    },
    async close() {
      await gateway.close();
      await Promise.all(started.map((one) => one.close()));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type System = Awaited<ReturnType<typeof startSystem>>;

/** An answer of the exchange API: its data, or the codes of its errors. */
export async function askExchange(
  url: string,
  tokenOf: (name: string) => Promise<string>,
  query: string,
  as: string,
  variables: Record<string, unknown>,
): Promise<Answer> {
  const response = await fetch(`${url}/exchange`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-language': 'en',
      authorization: `Bearer ${await tokenOf(as)}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors = [], extensions = {} } = (await response.json()) as Answer;
  return { status: response.status, data, errors, extensions };
}

/** `@purpose` for tests. */
export function purpose(use = 'ADMINISTRATIVE_BASIS', more = ''): string {
  return `@purpose(use: ${use}, matter: "YX-TEST-1"${more})`;
}
