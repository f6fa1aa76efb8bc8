import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type AssertionClaims,
  openAssertionSigner,
  type SignedAssertion,
} from '../../gateway/broker/assertion/signer.ts';
import {
  createLoader,
  type RunningSubgraph,
  type SubgraphRequest,
  startProvider,
} from '../../subgraphs/kit/index.ts';

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

function assertion(
  change: { aud?: string; typ?: string; iat?: number; exp?: number; claims?: object } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ ...claims, ...change.claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: change.typ ?? 'liancha-assertion+jwt', kid: '1' })
    .setIssuer('urn:liancha:gateway:test')
    .setAudience(change.aud ?? 'urn:liancha:provider:things')
    .setSubject('11990101MB0000013G')
    .setIssuedAt(change.iat ?? now)
    .setExpirationTime(change.exp ?? now + 30)
    .sign(privateKey);
}

const post = (authorization: string, body: string, type = 'application/json') =>
  fetch(subgraph.url, { method: 'POST', headers: { 'content-type': type, authorization }, body });
const ask = async (query: string, variables = {}) =>
  (await post(`Bearer ${await assertion()}`, JSON.stringify({ query, variables }))).json() as Promise<{
    data: Record<string, unknown>;
    errors?: { message: string }[];
  }>;

const now = Math.floor(Date.now() / 1_000);
test.each<[string, () => Promise<string> | string]>([
  ['no assertion', () => ''],
  ['one for another provider', () => assertion({ aud: 'urn:liancha:provider:other' })],
  ['one of another kind of token', () => assertion({ typ: 'JWT' })],
  ['one that has expired', () => assertion({ iat: now - 60, exp: now - 30 })],
  ['one that is old, whatever its expiry', () => assertion({ iat: now - 600, exp: now + 600 })],
  ['one without a purpose', () => assertion({ claims: { use: undefined } })],
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
  const response = await post(`Bearer ${await make()}`, JSON.stringify({ query: '{ thing }' }));
  expect(response.status).toBe(401);
  expect(await response.text()).not.toContain('a thing');
  expect(received).toEqual([]);
});

test('what the gateway signs is taken, and says for whom and for what', async () => {
  const signer = openAssertionSigner(folder, 'test', Date.now);
  const text = signer.sign({ subgraph: 'things', department: '11990101MB0000013G', ...claims });
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // The key set may be read again.
  const response = await post(`Bearer ${text}`, JSON.stringify({ query: '{ thing }' }));
  expect(await response.json()).toEqual({ data: { thing: 'a thing' } });
  expect(received.at(-1)?.consumer).toEqual({ department: '11990101MB0000013G', ...claims });
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

test('the calls of one request to one provider carry one assertion; nobody else, and nothing later, is let in by it', () => {
  let seconds = 1_000;
  const signer = openAssertionSigner(join(folder, 'reused'), 'test', () => seconds * 1_000);
  const asked = { ...claims, grants: ['g'], subgraph: 'things', department: 'one' };
  const signed: SignedAssertion[] = [];
  const first = signer.sign(asked, signed);
  expect(signer.sign({ ...asked }, signed)).toBe(first);
  for (const change of [
    { subgraph: 'other' },
    { disclosure: 'e' },
    { department: 'two' },
    { operator: 'p' },
    { use: 'ADMINISTRATIVE_BASIS' },
    { matter: 'n' },
    { grants: [] },
  ])
    expect(claimsOf(signer.sign({ ...asked, ...change }, signed))).toMatchObject(
      audienceOf({ ...asked, ...change }),
    );
  expect(claimsOf(signer.sign(asked, signed))).toMatchObject({ iat: 1_000, exp: 1_030 });
  seconds += 6;
  expect(claimsOf(signer.sign(asked, signed))).toMatchObject({ iat: 1_006, exp: 1_036 });
});

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

function audienceOf({ subgraph, department, ...rest }: AssertionClaims): object {
  return { ...rest, aud: `urn:liancha:provider:${subgraph}`, sub: department };
}
