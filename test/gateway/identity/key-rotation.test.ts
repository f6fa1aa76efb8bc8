import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createIdentity, readDepartments } from '../../../gateway/identity/index.ts';

const DEPARTMENT = '11990101MB0000013G';
const departments = readDepartments('schema/departments.json');
const first = generateKeyPairSync('ed25519');
const second = generateKeyPairSync('ed25519');

let keys: unknown[] = [];
let server: Server;
let url: string;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-keys-'));
  server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  keys = [];
});

const jwk = async (key: KeyObject, kid: string) => ({ ...(await exportJWK(key)), kid, alg: 'EdDSA' });
const token = (key: KeyObject, kid: string): Promise<string> =>
  new SignJWT({ department: DEPARTMENT, zone: 'EXTRANET' })
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .setIssuer('issuer')
    .setAudience('liancha')
    .setSubject('x')
    .setExpirationTime('1h')
    .sign(key);

const FOR_ALL = { departments: 'ALL', zones: 'ALL' } as const;

function identityOf(jwks: { url: string } | { file: string }, now: () => number = Date.now) {
  return createIdentity({
    issuers: [{ issuer: 'issuer', audience: 'liancha', jwks, algorithms: ['EdDSA'], ...FOR_ALL }],
    departments,
    clockToleranceSeconds: 5,
    longestTokenSeconds: 86_400,
    now,
  });
}

test('keys by URL: a verified token is known at once the next time', async () => {
  keys = [await jwk(first.publicKey, '1')];
  const identity = identityOf({ url });
  const authorization = `Bearer ${await token(first.privateKey, '1')}`;
  expect(await identity.authenticate(authorization)).toMatchObject({
    ok: true,
    principal: { department: DEPARTMENT },
  });
  expect(identity.authenticate(authorization)).not.toBeInstanceOf(Promise);
});

test('a file of keys is read again when it changes, and a withdrawn key ends within a minute', async () => {
  const file = join(folder, 'jwks.json');
  let now = Date.now();
  const write = async (key: KeyObject, kid: string) => {
    writeFileSync(file, JSON.stringify({ keys: [await jwk(key, kid)] }));
    utimesSync(file, new Date(), new Date(now)); // Two writes within one tick of the clock still differ.
  };
  await write(first.publicKey, '1');
  const identity = identityOf({ file }, () => now);
  const old = `Bearer ${await token(first.privateKey, '1')}`;
  expect(await identity.authenticate(old)).toMatchObject({ ok: true });
  now += 61_000;
  await write(second.publicKey, '2');
  expect(await identity.authenticate(`Bearer ${await token(second.privateKey, '2')}`)).toMatchObject({
    ok: true,
  });
  expect(await identity.authenticate(old)).toMatchObject({ ok: false, failure: { code: 'UNAUTHENTICATED' } });
});

test('keys that cannot be had deny', async () => {
  const identity = identityOf({ url: 'http://127.0.0.1:1/' });
  expect(await identity.authenticate(`Bearer ${await token(first.privateKey, '1')}`)).toMatchObject({
    ok: false,
  });
});

test('an issuer with a symmetric algorithm is refused at the start', () => {
  const issuers = [{ issuer: 'i', audience: 'a', jwks: { url }, algorithms: ['HS256'], ...FOR_ALL }];
  expect(() =>
    createIdentity({
      issuers,
      departments,
      clockToleranceSeconds: 5,
      longestTokenSeconds: 86_400,
      now: Date.now,
    }),
  ).toThrow(/HS256 is not allowed/);
});
