import { createHmac, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { purpose, type System, startSystem } from '../e2e/system.ts';

let system: System;
let query: string;
beforeAll(async () => {
  system = await startSystem();
  query = `query ${purpose()} { person(idNumber: "${system.examples.person}") { name } }`;
});
afterAll(() => system.close());

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1_000);
const claims = () => ({
  iss: 'urn:liancha:demonstration',
  aud: 'liancha',
  sub: 'x',
  department: '11990101MB0000011A',
  zone: 'EXTRANET',
  exp: now() + 600,
});
const ownKey = generateKeyPairSync('ed25519').privateKey;
const forged = (payload: Record<string, unknown>, header: Record<string, unknown> = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', kid: 'demonstration', ...header }).sign(ownKey);

async function refused(token: string): Promise<void> {
  system.received.length = 0;
  const answer = await system.ask(query, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(401);
  expect(answer.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect(answer.extensions.receipt?.id).toEqual(expect.any(String));
  expect(system.received).toEqual([]);
}

test('a token of algorithm none is refused', () =>
  refused(`${encode({ alg: 'none' })}.${encode(claims())}.`));

test('a token signed with the public key as an HMAC secret is refused', async () => {
  const jwks = readFileSync(join(system.dataDir, 'demonstration', 'jwks.json'));
  const { x } = JSON.parse(jwks.toString()).keys[0];
  for (const secret of [jwks, Buffer.from(x, 'base64url'), x]) {
    const text = `${encode({ alg: 'HS256', kid: 'demonstration' })}.${encode(claims())}`;
    await refused(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`);
  }
});

test('a token signed by another key is refused', async () => refused(await forged(claims())));

test('a key that the token brings along is not believed', async () => {
  const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  await refused(await forged(claims(), { jwk }));
});

test.each([
  ['of another issuer', { iss: 'urn:other' }],
  ['for another audience', { aud: 'other' }],
  ['that has expired', { exp: now() - 60 }],
  ['that is not valid yet', { nbf: now() + 600 }],
  ['of an unknown department', { department: '11990101MB0000099X' }],
  ['of an unknown network', { zone: 'INTERNET' }],
  ['without an operator', { sub: undefined }],
  ['whose operator is blanks', { sub: '  ' }],
  ['whose operator is blanks of another kind', { sub: '\u3000\u3164' }],
  ['whose operator has a line break', { sub: 'x\n2026-11-28 everything verifies' }],
  ['whose operator turns the reading direction', { sub: 'x\u202egpj' }],
  ['whose operator has a terminal’s escape', { sub: 'x\u001b]52;c;aGk=\u0007' }],
  ['whose operator is half a character', { sub: 'x\ud800' }],
  ['whose operator is a number', { sub: 7 }],
  ['whose operator is a long text', { sub: 'x'.repeat(201) }],
  ['issued tomorrow', { iat: now() + 86_400, exp: now() + 90_000 }],
  ['issued on no day', { iat: 'yesterday' }],
  ['issued before all time', { iat: -1 }],
  ['that is good for ever', { exp: 1e308 }],
  ['that is good until the year 10000', { exp: 253_402_300_800 }],
  ['that is good for two days', { exp: now() + 2 * 86_400 }],
  ['that has been good for years', { iat: now() - 300 * 86_400 }],
  ['that is not valid before a word', { nbf: 'tomorrow' }],
  ['of a department by another spelling', { department: '11990101mb0000011a' }],
  ['of two departments', { department: ['11990101MB0000011A'] }],
  ['without an expiry', { exp: undefined }],
])('a token %s is refused', async (_, wrong) => {
  const { createPrivateKey } = await import('node:crypto');
  const key = createPrivateKey(readFileSync(join(system.dataDir, 'demonstration', 'issuer.pem')));
  const payload = JSON.parse(JSON.stringify({ ...claims(), ...wrong }));
  await refused(
    await new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', kid: 'demonstration' }).sign(key),
  );
});

test.each(['liancha-assertion+jwt', 'logout+jwt', 'dpop+jwt', ''])(
  'what was signed for something else (typ %j) is no token of access',
  async (typ) => {
    const { createPrivateKey } = await import('node:crypto');
    const key = createPrivateKey(readFileSync(join(system.dataDir, 'demonstration', 'issuer.pem')));
    const sign = (header: Record<string, unknown>) =>
      new SignJWT(claims()).setProtectedHeader({ alg: 'EdDSA', kid: 'demonstration', ...header }).sign(key);
    await refused(await sign({ typ }));
    const given = await system.ask(query, {
      headers: { authorization: `Bearer ${await sign({ typ: 'at+JWT' })}` },
    });
    expect(given.errors).toEqual([]);
  },
);

test.each([
  ['no token', ''],
  ['nonsense', 'abc'],
  ['a huge token', 'a'.repeat(9_000)],
  ['a comma', 'a.b.c, Bearer a.b.c'],
])('%s is refused', (_, token) => refused(token));
