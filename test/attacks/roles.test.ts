import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PushingProvider, startPushingProvider } from '../e2e/pushing-provider.ts';
import { type Postgres, startPostgres } from '../e2e/setup/postgres.ts';
import { socketClient, subscribeAt, TRANSPORTS } from '../e2e/subscribing.ts';
import { FUND, purpose, REGISTRATION, type System, startSystem } from '../e2e/system.ts';

const AUDIT = '云溪市审计局';
const OFFICE = '云溪市人民政府办公室';
const FUND_CODE = '11990101MB0000012D';
const REGISTRATION_CODE = '11990101MB0000011A';
const USCC = '91990101MA00000000';

let postgres: Postgres;
let provider: PushingProvider;
let system: System;
let query: string;
const watch = `subscription ${purpose()} { enterpriseChanged(uscc: "${USCC}") { name } }`;

/** Keys of issuers beside the demonstration's; one serves them, one accepts connections and says nothing. */
const own = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
let issuers: Server;
let reads = 0;

beforeAll(async () => {
  const keys = [await jwk(other.publicKey), await jwk(own.publicKey)];
  issuers = createServer((request, response) => {
    reads++;
    if (request.url === '/keys')
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
    else if (request.url === '/broken') response.end('{"keys": 1}');
  });
  await new Promise<void>((resolve) => issuers.listen(0, '127.0.0.1', resolve));
  const at = `http://127.0.0.1:${(issuers.address() as AddressInfo).port}`;
  const bound = { departments: [FUND_CODE], zones: ['EXTRANET'] };
  postgres = await startPostgres();
  provider = await startPushingProvider('{"data":{"enterprise":{"name":"A"}}}');
  system = await startSystem({
    instead: { enterprises: provider.url },
    settings: {
      databaseUrl: postgres.url,
      issuers: [
        { issuer: 'bound', jwks: { url: `${at}/keys` }, ...bound },
        { issuer: 'hanging', jwks: { url: `${at}/hanging` }, ...bound },
        { issuer: 'broken', jwks: { url: `${at}/broken` }, ...bound },
        { issuer: 'gone', jwks: { url: 'http://127.0.0.1:1/keys' }, ...bound },
      ],
    },
  });
  query = `query ${purpose()} { person(idNumber: "${system.examples.person}") { name } }`;
});
afterAll(async () => {
  await system?.close();
  await provider?.close();
  await postgres?.close();
  issuers?.closeAllConnections();
  issuers?.close();
});
beforeEach(() => {
  system.received.length = 0;
});

async function jwk(key: KeyObject) {
  return { ...(await exportJWK(key)), alg: 'EdDSA', use: 'sig' };
}

/** A token of another issuer; it names no key. */
function tokenBy(
  issuer: string,
  claims: Record<string, unknown> = {},
  key = own.privateKey,
): Promise<string> {
  return new SignJWT({ department: FUND_CODE, zone: 'EXTRANET', ...claims })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer(issuer)
    .setAudience('liancha')
    .setSubject('x')
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(key);
}

const codesOf = (errors: readonly { readonly extensions?: Record<string, unknown> }[] | undefined) =>
  (errors ?? []).map((one) => one.extensions?.code);

/** Every way into the gateway that a token opens, and what came of each: codes of the errors. */
const DOORS: Readonly<Record<string, (token: string) => Promise<unknown[]>>> = {
  'POST /graphql': async (token) => codesOf((await post('/graphql', { query }, token)).errors),
  'POST /graphql, introspection': async (token) =>
    codesOf((await post('/graphql', { query: '{ __schema { queryType { name } } }' }, token)).errors),
  'POST /graphql, a batch': async (token) =>
    codesOf([await post('/graphql', [{ query }, { query }], token)].flat()[0].errors),
  'GET /graphql': async (token) =>
    codesOf((await get(`/graphql?query=${encodeURIComponent(query)}`, token)).errors),
  'an event stream': async (token) => failureOf('sse', token),
  'a WebSocket': async (token) => failureOf('websocket', token),
};
const OTHER_DOORS: typeof DOORS = {
  'POST /exchange': async (token) =>
    codesOf((await post('/exchange', { query: '{ viewer { code } }' }, token)).errors),
  'POST /exchange, introspection': async (token) =>
    codesOf((await post('/exchange', { query: '{ __schema { queryType { name } } }' }, token)).errors),
  'GET /catalogue.csv': async (token) => codesOf((await get('/catalogue.csv', token)).errors),
  'GET /catalogue.jsonld': async (token) => codesOf((await get('/catalogue.jsonld', token)).errors),
};

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
async function answerOf(response: Response): Promise<any> {
  const text = await response.text();
  return /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : { text };
}
async function post(path: string, body: unknown, token: string) {
  const headers = {
    'content-type': 'application/json',
    'accept-language': 'en',
    authorization: `Bearer ${token}`,
  };
  return answerOf(
    await fetch(`${system.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }),
  );
}
async function get(path: string, token: string) {
  const headers = { authorization: `Bearer ${token}`, 'apollo-require-preflight': 'x' };
  return answerOf(await fetch(`${system.url}${path}`, { headers }));
}
/** A WebSocket is closed as forbidden; an event stream is refused as a request is. */
async function failureOf(transport: 'sse' | 'websocket', token: string): Promise<unknown[]> {
  const failure = subscribeAt(system.url, transport, token, { query: watch })
    .failure()
    .then(codesOf, (error: { code?: number; response?: Response }) => [error.code ?? error.response?.status]);
  return failure;
}

const REFUSED_AT_ONCE: readonly unknown[] = ['FORBIDDEN', 'ZONE_MISMATCH', 403, 4403];

describe('a department that is no consumer', () => {
  test.each([AUDIT, OFFICE])(
    '%s is given no data, whichever door it takes, and nobody is asked',
    async (name) => {
      await system.ask(query); // From now on the operation is known.
      system.received.length = 0;
      const opened = provider.opened.length;
      const token = await system.tokenOf(name);
      for (const [door, open] of Object.entries(DOORS)) {
        const codes = await open(token);
        expect([door, codes.length, REFUSED_AT_ONCE.includes(codes[0])]).toEqual([door, 1, true]);
      }
      expect(system.received).toEqual([]);
      expect(provider.opened).toHaveLength(opened);
      const last = system.disclosures().at(-1);
      expect(last).toMatchObject({ errors: ['FORBIDDEN'], providers: [] });
    },
  );

  test('is told who may ask', async () => {
    const { errors } = await post('/graphql', { query }, await system.tokenOf(AUDIT));
    expect(errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', who: 'CONSUMER' });
  });

  test('neither applies, nor registers subjects, nor answers for anybody', async () => {
    for (const [name, moves] of [
      [AUDIT, ['closeMatter(input: { matter: "m" }) { matter }']],
      [
        OFFICE,
        [
          'registerSubjects(input: { matter: "m", subjects: ["x"] }) { matter }',
          'withdrawObjection(input: { id: "x", version: 1, note: "x" }) { id }',
          'discardCatalogueDraft(input: { code: "x", version: 1, reason: "x" }) { code }',
        ],
      ],
    ] as const)
      for (const move of moves) {
        const { errors } = await system.exchange(`mutation { ${move} }`, { as: name });
        expect([move, codesOf(errors)]).toEqual([move, ['FORBIDDEN']]);
      }
    const { errors } = await system.exchange(
      '{ applicationDraft(coordinates: ["Person.phone"]) { items { coordinate } } }',
      {
        as: AUDIT,
      },
    );
    expect(codesOf(errors)).toEqual(['FORBIDDEN']);
  });

  test('still sees what is for every department', async () => {
    for (const [door, open] of Object.entries(OTHER_DOORS))
      expect([door, await open(await system.tokenOf(AUDIT))]).toEqual([door, []]);
  });
});

describe('a token of the other network', () => {
  test.each(Object.entries({ ...DOORS, ...OTHER_DOORS }))('is turned away: %s', async (_, open) => {
    const token = await system.tokenOf('云溪市数据局', 'INTRANET');
    const codes = await open(token);
    expect(codes).toHaveLength(1);
    expect(['ZONE_MISMATCH', 403, 4403]).toContain(codes[0]);
    expect(system.received).toEqual([]);
  });

  test('is told its own network and the gateway’s', async () => {
    const { errors } = await post(
      '/exchange',
      { query: '{ viewer { code } }' },
      await system.tokenOf(FUND, 'INTRANET'),
    );
    expect(errors[0].extensions).toMatchObject({ code: 'ZONE_MISMATCH', zone: 'EXTRANET' });
    expect(errors[0].message).toContain('INTRANET');
  });
});

describe('an issuer', () => {
  test('speaks for its own departments and networks only', async () => {
    expect((await post('/exchange', { query: '{ viewer { code } }' }, await tokenBy('bound'))).data).toEqual({
      viewer: { code: FUND_CODE },
    });
    const reasons = await Promise.all(
      [{ department: REGISTRATION_CODE }, { zone: 'INTRANET' }].map(async (claims) => {
        const { errors } = await post(
          '/exchange',
          { query: '{ viewer { code } }' },
          await tokenBy('bound', claims),
        );
        return [errors[0].extensions.code, errors[0].message];
      }),
    );
    expect(reasons).toEqual([
      ['UNAUTHENTICATED', expect.stringContaining('does not speak for the department')],
      ['UNAUTHENTICATED', expect.stringContaining('does not speak for the network')],
    ]);
  });

  test('with two keys that fit a token without a key’s name: each is tried, and no third', async () => {
    for (const key of [own.privateKey, other.privateKey])
      expect(
        (await post('/exchange', { query: '{ viewer { code } }' }, await tokenBy('bound', {}, key))).errors,
      ).toBeUndefined();
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const { errors } = await post(
      '/exchange',
      { query: '{ viewer { code } }' },
      await tokenBy('bound', {}, stranger),
    );
    expect(errors[0].message).toContain('the signature is not valid');
  });

  test.each(['hanging', 'broken', 'gone'])(
    'whose keys cannot be read (%s): 503 at every door, in bounded time, and it is asked once for many',
    async (issuer) => {
      const token = await tokenBy(issuer);
      const before = reads;
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const ask = (path: string, body: unknown) =>
        fetch(`${system.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      const answers = await Promise.all([
        ask('/graphql', { query }),
        ask('/exchange', { query: '{ viewer { code } }' }),
        fetch(`${system.url}/catalogue.csv`, { headers: { authorization: `Bearer ${token}` } }),
        ...Array.from({ length: 20 }, () => ask('/graphql', { query })),
      ]);
      expect(answers.map((one) => one.status)).toEqual(answers.map(() => 503));
      expect((await answerOf(answers[0] ?? Response.error())).errors[0].extensions).toMatchObject({
        code: 'KEYS_UNAVAILABLE',
        issuer,
      });
      expect(reads - before).toBeLessThanOrEqual(1);
    },
    30_000,
  );
});

describe('a change of a department', () => {
  test.each(TRANSPORTS)(
    'takes hold within a second, on a subscription that is open too (%s)',
    async (transport) => {
      const database = new pg.Client({ connectionString: postgres.url });
      await database.connect();
      const change = async (statement: string, parameters: unknown[]) => {
        await database.query(statement, parameters);
        await database.query(`select pg_notify('departments', 'changed')`);
      };
      try {
        const token = await system.tokenOf(REGISTRATION);
        const before = provider.opened.length;
        const stream = subscribeAt(system.url, transport, token, { query: watch });
        const failure = stream.failure();
        await expect.poll(() => provider.opened.length, { timeout: 10_000 }).toBeGreaterThan(before);
        expect((await post('/graphql', { query }, token)).data.person).toBeTruthy();
        await change('update departments set roles = $2 where code = $1', [REGISTRATION_CODE, ['PROVIDER']]);
        expect(codesOf(await failure)).toEqual(['FORBIDDEN']);
        await expect.poll(() => provider.opened[before]?.isOver, { timeout: 10_000 }).toBe(true);
        expect(codesOf((await post('/graphql', { query }, token)).errors)).toEqual(['FORBIDDEN']);
        await change(`update departments set status = 'REGISTERED' where code = $1`, [REGISTRATION_CODE]);
        const ended = async () =>
          codesOf((await post('/exchange', { query: '{ viewer { code } }' }, token)).errors)[0];
        await expect.poll(ended, { timeout: 10_000 }).toBe('UNAUTHENTICATED');
      } finally {
        await change(`update departments set roles = $2, status = 'APPROVED' where code = $1`, [
          REGISTRATION_CODE,
          ['CONSUMER'],
        ]);
        await database.end();
        const token = await system.tokenOf(REGISTRATION);
        await expect
          .poll(async () => (await post('/graphql', { query }, token)).errors, { timeout: 10_000 })
          .toBeUndefined();
      }
    },
  );

  test('a socket that was let in asks nothing more once its department is no consumer', async () => {
    const client = socketClient(system.url, { authorization: `Bearer ${await system.tokenOf(FUND)}` });
    const ask = async () => {
      for await (const answer of client.iterate({ query })) return codesOf(answer.errors?.map((one) => one));
      return [];
    };
    await ask();
    const database = new pg.Client({ connectionString: postgres.url });
    await database.connect();
    try {
      await database.query(`update departments set roles = '{AUDITOR}' where code = $1`, [FUND_CODE]);
      await database.query(`select pg_notify('departments', 'changed')`);
      await expect
        .poll(
          () => ask().catch((errors: unknown) => (Array.isArray(errors) ? codesOf(errors)[0] : 'closed')),
          { timeout: 10_000 },
        )
        .toSatisfy((code) => code === 'FORBIDDEN' || code === 'closed');
    } finally {
      await database.query(`update departments set roles = '{CONSUMER}' where code = $1`, [FUND_CODE]);
      await database.query(`select pg_notify('departments', 'changed')`);
      await database.end();
      await client.dispose();
    }
  });
});
