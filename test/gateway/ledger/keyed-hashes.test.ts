import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openKeyedHashes, revealSalt, rotateSecret, subjectHashes } from '../../../gateway/ledger/index.ts';

let keys: string;
beforeEach(() => {
  keys = join(mkdtempSync(join(tmpdir(), 'liancha-secrets-')), 'ledger-keys');
});
afterEach(() => rmSync(join(keys, '..'), { recursive: true, force: true }));

const PERSON = '990101196107101177';
const open = () => openKeyedHashes(keys, 'sha256/ed25519');

test('a subject has the same hash each time, also after a restart, and it is no plain one', () => {
  const hash = open().subject(PERSON);
  expect(open().subject(PERSON)).toBe(hash);
  expect(hash).not.toBe(createHash('sha256').update(PERSON).digest('base64url'));
});

test('after a rotation a new key is used and named, and a person is found under all keys', () => {
  const before = open();
  rotateSecret(keys, 'subjects');
  const after = open();
  expect(after.keys.subjectKey).not.toBe(before.keys.subjectKey);
  expect(after.keys.digestKey).toBe(before.keys.digestKey);
  expect(after.subject(PERSON)).not.toBe(before.subject(PERSON));
  expect(subjectHashes(keys, 'sha256/ed25519', PERSON)).toEqual([
    before.subject(PERSON),
    after.subject(PERSON),
  ]);
});

test('the key of a ledger from before keys had numbers stays the first of the row', () => {
  const old = open();
  rmSync(keys, { recursive: true });
  expect(open().keys).not.toEqual(old.keys);
  writeFileSync(join(keys, 'subjects'), Buffer.alloc(32, 1).toString('base64'));
  const [first] = subjectHashes(keys, 'sha256/ed25519', PERSON);
  rmSync(join(keys, 'subjects-000001'));
  expect(open().subject(PERSON)).toBe(first);
  rotateSecret(keys, 'subjects');
  expect(subjectHashes(keys, 'sha256/ed25519', PERSON)).toHaveLength(2);
});

test('the same answer has another digest in each disclosure, so that answers cannot be compared or guessed', () => {
  const { content } = open();
  expect(content('one', '{"married":true}')).toBe(content('one', '{"married":true}'));
  expect(content('one', '{"married":true}')).not.toBe(content('two', '{"married":true}'));
});

test('the salt of one disclosure proves what was answered, also after the key was rotated, and opens no other', () => {
  const hashes = open();
  const digest = hashes.content('one', '{"married":true}');
  rotateSecret(keys, 'digests');
  open();
  const salt = revealSalt(keys, 'sha256/ed25519', 'one', hashes.keys.digestKey) ?? Buffer.alloc(0);
  const hashed = (content: string) => createHash('sha256').update(salt).update(content).digest('base64url');
  expect(hashed('{"married":true}')).toBe(digest);
  expect(hashed('{"married":true}')).not.toBe(hashes.content('two', '{"married":true}'));
  expect(revealSalt(keys, 'sha256/ed25519', 'one', 'unknown')).toBeNull();
});

test('a ledger of Chinese cryptography hides with SM3', () => {
  const [sha256 = '', sm3 = ''] = (['sha256/ed25519', 'sm3/sm2'] as const).map((suite) =>
    openKeyedHashes(keys, suite).content('one', 'x'),
  );
  expect(sha256).not.toBe(sm3);
  const salt = revealSalt(keys, 'sm3/sm2', 'one', open().keys.digestKey) ?? Buffer.alloc(0);
  expect(createHash('sm3').update(salt).update('x').digest('base64url')).toBe(sm3);
});
