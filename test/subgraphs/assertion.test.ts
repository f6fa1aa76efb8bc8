import { createHash, createHmac, generateKeyPairSync, hash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAssertionSigner } from '../../gateway/broker/assertion/signer.ts';
import { assertionVerifier } from '../../subgraphs/kit/assertion.ts';
import {
  createLoader,
  type RunningSubgraph,
  type SubgraphRequest,
  startProvider,
} from '../../subgraphs/kit/index.ts';
import { onceWithin } from '../../subgraphs/kit/once.ts';

/** A provider refuses whoever the gateway does not vouch for, and tells nobody of its inside. */
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const received: SubgraphRequest[] = [];
const batches: (readonly string[])[] = [];
let folder: string;
let subgraph: RunningSubgraph;
let jwks: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-kit-'));
  jwks = join(folder, 'jwks.json');
  writeFileSync(
    jwks,
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'EdDSA' }] }),
  );
  const provider = {
    name: 'things',
    sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
      type Query { thing: String broken: String }
      type Thing @key(fields: "id") { id: ID! name: String }`,
    context: () => ({
      names: createLoader(async (keys) => {
        batches.push(keys);
        return new Map(keys.filter((key) => key !== 'x').map((key) => [key, `name of ${key}`]));
      }),
    }),
    resolvers: {
      Query: {
        thing: () => 'a thing',
        broken: () => {
          throw new Error('secret inside');
        },
      },
      Thing: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        name: ({ id }: { id: string }, _: unknown, context: { names: { load(key: string): unknown } }) =>
          context.names.load(id),
      },
    },
  };
  subgraph = await startProvider(provider, { jwks, onRequest: (one) => received.push(one) });
});
afterAll(async () => {
  await subgraph.close();
  rmSync(folder, { recursive: true });
});

const claims = { operator: 'o', use: 'WORK_REFERENCE', matter: 'm', grants: [], disclosure: 'd' };
const department = '11990101MB0000013G';
const THING = JSON.stringify({ query: '{ thing }' });

interface Change {
  readonly iss?: string;
  readonly aud?: string;
  readonly typ?: string;
  readonly iat?: number;
  readonly exp?: number;
  readonly claims?: object;
}
let number = 0;
function assertion(change: Change = {}, body: string = THING): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const bound = {
    method: 'POST',
    path: '/',
    body_sha256: hash('sha256', body, 'base64url'),
    jti: `${++number}`,
  };
  return new SignJWT({ ...claims, ...bound, ...change.claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: change.typ ?? 'liancha-assertion+jwt', kid: '1' })
    .setIssuer(change.iss ?? 'urn:liancha:gateway:test')
    .setAudience(change.aud ?? 'urn:liancha:provider:things')
    .setSubject(department)
    .setIssuedAt(change.iat ?? now)
    .setExpirationTime(change.exp ?? now + 30)
    .sign(privateKey);
}

const post = (authorization: string, body: string, type = 'application/json') =>
  fetch(subgraph.url, { method: 'POST', headers: { 'content-type': type, authorization }, body });
const ask = async (query: string, variables = {}) => {
  const body = JSON.stringify({ query, variables });
  const response = await post(`Bearer ${await assertion({}, body)}`, body);
  return response.json() as Promise<{ data: Record<string, unknown>; errors?: { message: string }[] }>;
};

const now = Math.floor(Date.now() / 1_000);
test.each<[string, () => Promise<string> | string]>([
  ['no assertion', () => ''],
  ['one for another provider', () => assertion({ aud: 'urn:liancha:provider:other' })],
  ['one of another kind of token', () => assertion({ typ: 'JWT' })],
  ['one that has expired', () => assertion({ iat: now - 60, exp: now - 30 })],
  ['one that is old, whatever its expiry', () => assertion({ iat: now - 600, exp: now + 600 })],
  ['one without a purpose', () => assertion({ claims: { use: undefined } })],
  ['one of what is no gateway', () => assertion({ iss: 'urn:liancha:demonstration' })],
  ['one for another body', () => assertion({}, JSON.stringify({ query: '{ broken }' }))],
  ['one for the same body written otherwise', () => assertion({}, `${THING} `)],
  ['one for no body', () => assertion({ claims: { body_sha256: '' } })],
  ['one for another path', () => assertion({ claims: { path: '/other' } })],
  ['one for the upgrade to a WebSocket', () => assertion({ claims: { method: 'GET' } })],
  ...['method', 'path', 'body_sha256', 'jti', 'iss'].map((name): [string, () => Promise<string>] => [
    `one that does not say its ${name}`,
    () => assertion({ claims: { [name]: undefined }, ...(name === 'iss' && { iss: '' }) }),
  ]),
  [
    'algorithm none',
    () =>
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`,
  ],
  [
    'an HMAC under the public key',
    () => {
      const text = `${Buffer.from('{"alg":"HS256","kid":"1"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
      return `${text}.${createHmac('sha256', publicKey.export({ type: 'spki', format: 'pem' }))
        .update(text)
        .digest('base64url')}`;
    },
  ],
])('%s: refused, and nothing is resolved', async (_, make) => {
  received.length = 0;
  const response = await post(`Bearer ${await make()}`, THING);
  expect(response.status).toBe(401);
  expect(await response.text()).not.toContain('a thing');
  expect(received).toEqual([]);
});

test('what the gateway signs is taken, and says for whom and for what', async () => {
  const signer = openAssertionSigner(folder, 'test', Date.now);
  const request = { method: 'POST', path: '/', body: THING } as const;
  const sent = ['Person.id'];
  const text = signer.sign({ subgraph: 'things', department, ...claims, sent }, request);
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // The key set may be read again.
  const response = await post(`Bearer ${text}`, THING);
  expect(await response.json()).toEqual({ data: { thing: 'a thing' } });
  expect(received.at(-1)?.consumer).toEqual({ department, ...claims, sent });
  // It says so once, also to whoever sends the very same again at the same moment.
  received.length = 0;
  const next = `Bearer ${signer.sign({ subgraph: 'things', department, ...claims }, request)}`;
  const statuses = await Promise.all(
    [text, next, next, next].map(
      async (one) => (await post(one.replace(/^(?!Bearer)/, 'Bearer '), THING)).status,
    ),
  );
  expect(statuses.sort()).toEqual([200, 401, 401, 401]);
  expect(received).toHaveLength(1);
});

test('the key set says whose the keys are: another gateway’s assertions are not taken, though they were signed with them', async () => {
  const own = join(folder, 'own');
  const request = { method: 'POST', path: '/', body: THING } as const;
  const asked = { subgraph: 'things', department, ...claims };
  const signer = openAssertionSigner(own, 'one', Date.now);
  const verify = assertionVerifier('things', join(own, 'jwks.json'));
  const stated = assertionVerifier('things', join(own, 'jwks.json'), { issuer: 'urn:liancha:gateway:two' });
  const at = { method: 'POST', url: '/' };
  expect(await verify(`Bearer ${signer.sign(asked, request)}`, at)).not.toBeNull();
  expect(await stated(`Bearer ${signer.sign(asked, request)}`, at)).toBeNull();
  const instance = openAssertionSigner(own, 'two', Date.now); // One that shares the keys, and so the name.
  expect(await verify(`Bearer ${instance.sign(asked, request)}`, at)).not.toBeNull();
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  copyFileSync(join(own, 'assertion-key.pem'), join(elsewhere, 'assertion-key.pem'));
  const other = openAssertionSigner(elsewhere, 'two', Date.now); // The same key under another name.
  expect(await verify(`Bearer ${other.sign(asked, request)}`, at)).toBeNull();
});

test('a key that was replaced ends after its overlap, in the key set and at providers', async () => {
  const own = join(folder, 'replaced');
  let now = Date.now();
  const clock = (): number => now;
  const request = { method: 'POST', path: '/', body: THING } as const;
  const asked = { subgraph: 'things', department, ...claims };
  const old = openAssertionSigner(own, 'one', clock);
  rmSync(join(own, 'assertion-key.pem'));
  const current = openAssertionSigner(own, 'one', clock);
  const published = () => JSON.parse(readFileSync(join(own, 'jwks.json'), 'utf8')).keys as { exp?: number }[];
  const at = { method: 'POST', url: '/' };
  const file = join(own, 'jwks.json');
  expect(await assertionVerifier('things', file)(`Bearer ${old.sign(asked, request)}`, at)).not.toBeNull();
  expect(published()).toEqual([
    expect.not.objectContaining({ exp: expect.anything() }),
    expect.objectContaining({ exp: Math.floor(now / 1_000) + 600 }),
  ]);
  // A start in between gives it no more time.
  now += 300_000;
  expect(openAssertionSigner(own, 'one', clock).jwks().keys).toHaveLength(2);
  now += 301_000;
  expect(current.jwks().keys).toHaveLength(1);
  expect(published()).toHaveLength(1);
  expect(await assertionVerifier('things', file)(`Bearer ${old.sign(asked, request)}`, at)).toBeNull();
});

test('an id is remembered for as long as its assertion could be taken', () => {
  let now = 0;
  const takeOnce = onceWithin(1_000, () => now);
  for (const at of [0, 1, 500, 999]) {
    now = at;
    expect(takeOnce('early', 0)).toBe(at === 0);
  }
  now = 999;
  expect(takeOnce('late', 0)).toBe(true);
  for (const at of [1_000, 1_500, 1_998]) {
    now = at;
    expect([at, takeOnce('late', 0)]).toEqual([at, false]);
  }
});

test('entities of one request are loaded together', async () => {
  batches.length = 0;
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { name } } }';
  const r = ['a', 'b', 'x'].map((id) => ({ __typename: 'Thing', id }));
  const { data } = await ask(query, { r });
  expect(data._entities).toEqual([{ name: 'name of a' }, { name: 'name of b' }, { name: null }]);
  expect(batches).toEqual([['a', 'b', 'x']]);
});

test('an exception keeps its text to itself', async () => {
  const { data, errors } = await ask('{ broken }');
  expect(data).toEqual({ broken: null });
  expect(JSON.stringify(errors)).not.toContain('secret inside');
});

test('only JSON is taken, and a body that is too large costs its own connection only', async () => {
  expect((await post(`Bearer ${await assertion()}`, '{ thing }', 'text/plain')).status).toBe(415);
  const large = await post(
    `Bearer ${await assertion()}`,
    JSON.stringify({ query: 'x'.repeat(5_000_000) }),
  ).catch(() => null);
  expect(large?.status ?? 413).toBe(413);
  expect((await ask('{ thing }')).data).toEqual({ thing: 'a thing' });
});

test('each assertion is of one request: its id is its own, and what it is bound to is in it', () => {
  const signer = openAssertionSigner(join(folder, 'bound'), 'test', () => 1_000_000);
  const asked = { ...claims, grants: ['g'], subgraph: 'things', department };
  const sign = (body: string) => claimsOf(signer.sign(asked, { method: 'POST', path: '/graphql?v=1', body }));
  expect(sign(THING)).toMatchObject({
    iss: 'urn:liancha:gateway:test',
    aud: 'urn:liancha:provider:things',
    sub: department,
    method: 'POST',
    path: '/graphql?v=1',
    body_sha256: createHash('sha256').update(THING).digest('base64url'),
    iat: 1_000,
    exp: 1_030,
  });
  const ids = [sign(THING), sign(THING), sign('')].map((one) => one.jti);
  expect(new Set(ids).size).toBe(3);
});

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}
