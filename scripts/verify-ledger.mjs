#!/usr/bin/env node
/**
 * A second, independent verifier of a Liancha ledger: one file, Node's own modules, nothing of Liancha. Read it, then
 * run it on a copy of the ledger's folder:
 *
 *   node verify-ledger.mjs <DATA_DIR>/ledger [keys.json that you got elsewhere [keys.json of a witness …]] [--seals <DATA_DIR>/ledger-keys/seals]
 *
 * Whoever runs the gateway can add --seals: then the records behind the last head, which nobody has signed for yet, are
 * checked against their seals too. Without it they are counted as unproven.
 *
 * It checks what docs/ledger.md promises: every line against its checksum, every segment against the next one's
 * header, the Merkle tree (RFC 9162 §2.1) against every signed head, the heads against each other and their keys, and
 * what witnesses have co-signed against the heads.
 */
import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crc32 } from 'node:zlib';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seals: { type: 'string' } } });
const [folder, keysFile, ...witnessFiles] = positionals;
if (!folder) {
  console.error(
    'usage: node verify-ledger.mjs <DATA_DIR>/ledger [keys.json [keys.json of a witness …]] [--seals <file>]',
  );
  process.exit(2);
}
const sealKey = values.seals && Buffer.from(readFileSync(values.seals, 'utf8'), 'base64');
const problems = [];
const complain = (what) => problems.push(what);

/**
 * Lines `<crc32> <json>`, or `<crc32>~<seal> <json>` (checked with the seal) at the end of a batch. The text of a damaged one is null. It is torn when it
 * has no end, and unwritten when it is torn or holds zero bytes, of which the space is made that is set aside behind the records.
 */
function linesOf(file) {
  const lines = [];
  let length = file.length;
  while (length > 0 && file[length - 1] === 0) length--;
  const bytes = file.subarray(0, length);
  const parse = (one) => {
    const [mark, checksum, seal = null] = /^([0-9a-f]{8})(?:~([\w-]{22}))? /.exec(one) ?? [''];
    const checked = one.slice(9);
    if (!mark || crc32(checked) !== parseInt(checksum, 16)) return null;
    return { text: one.slice(mark.length), seal };
  };
  for (let start = 0, newline = 0; start < length; start = newline + 1) {
    newline = bytes.indexOf(10, start);
    if (newline < 0) newline = length;
    const line = bytes.toString('utf8', start, newline);
    const whole = newline < length ? parse(line) : null;
    const isTorn = newline === length && !parse(line.slice(0, -1));
    const isUnwritten = !whole && (isTorn || line.includes('\0'));
    lines.push({ text: whole?.text ?? null, seal: whole?.seal ?? null, isTorn, isUnwritten });
  }
  return lines;
}

// ---- 1. The heads and their keys

const headLines = existsSync(join(folder, 'heads.v2')) ? linesOf(readFileSync(join(folder, 'heads.v2'))) : [];
const heads = [];
for (const [index, { text, isTorn }] of headLines.entries()) {
  if (text !== null) heads.push({ text, ...JSON.parse(text) });
  else if (!isTorn) complain(`heads.v2:${index + 1} is damaged`);
}
if (heads.length === 0) complain('there is no head');
const isNational = heads[0]?.suite === 'sm3/sm2';
const hash = (bytes) =>
  createHash(isNational ? 'sm3' : 'sha256')
    .update(bytes)
    .digest();

function readKeys(path) {
  const keys = new Map();
  try {
    for (const { id, spki } of JSON.parse(readFileSync(path, 'utf8')).keys) {
      const der = Buffer.from(spki, 'base64url');
      if (createHash('sha256').update(der).digest('base64url') !== id)
        complain(`key ${id} is not what its name says`);
      else keys.set(id, createPublicKey({ key: der, format: 'der', type: 'spki' }));
    }
  } catch (error) {
    complain(`the keys cannot be read: ${error.message}`);
  }
  return keys;
}

/** Lines of text, signed with Ed25519, or with SM2 over SM3. */
function isSigned(lines, suite, key, signature) {
  const bytes = Buffer.from([...lines, ''].join('\n'));
  return key && verify(suite === 'sm3/sm2' ? 'sm3' : null, bytes, key, Buffer.from(signature, 'base64url'));
}

const keys = readKeys(keysFile ?? join(folder, 'keys.json'));
let previous = '';
let largest = 0;
for (const head of heads) {
  const { ledger, suite, size, root, time, key, signature } = head;
  const signed = ['liancha ledger head', ledger, suite, size, root, time, head.previous, key];
  if (!isSigned(signed, suite, keys.get(key), signature))
    complain(`the head of size ${size} is not signed by a known key`);
  if (head.previous !== previous || size < largest)
    complain(`the head of size ${size} does not follow the one before`);
  if (ledger !== heads[0].ledger) complain(`the head of size ${size} is of another ledger`);
  previous = hash(head.text).toString('base64url');
  largest = size;
}

// ---- 2. What witnesses have co-signed: only heads that are here, and signed by them where their keys are given

const byHash = new Map(heads.map((head) => [hash(head.text).toString('base64url'), head]));
const witnessKeys = new Map(witnessFiles.flatMap((path) => [...readKeys(path)]));
const cosignedFile = join(folder, 'cosignatures.v1');
let cosigned = 0;
for (const { text, isTorn } of existsSync(cosignedFile) ? linesOf(readFileSync(cosignedFile)) : []) {
  if (isTorn) continue;
  const one = text === null ? {} : JSON.parse(text);
  const { ledger, size, root, head, time, witness, witnessHead, suite, key, signature } = one;
  const found = byHash.get(head);
  const lines = ['liancha ledger witness', ledger, size, root, head, time, witness, witnessHead, suite, key];
  if (!found || found.size !== size || found.root !== root || found.ledger !== ledger)
    complain(`a witness has co-signed a head of size ${size} that is not here`);
  else if (witnessFiles.length > 0 && !isSigned(lines, suite, witnessKeys.get(key), signature))
    complain(`the co-signature of size ${size} is not signed by a known witness`);
  else cosigned = Math.max(cosigned, size);
}

// ---- 3. The tree: complete subtrees by level, as a binary counter

const edge = [];
let size = 0;
let nextHead = 0;

function root() {
  let joined = null;
  for (const node of edge)
    if (node) joined = joined ? hash(Buffer.concat([Buffer.of(1), node, joined])) : node;
  return joined ?? hash('');
}

function compareHeads() {
  for (; heads[nextHead] && heads[nextHead].size <= size; nextHead++) {
    if (heads[nextHead].size === size && heads[nextHead].root !== root().toString('base64url'))
      complain(`the first ${size} records do not have the root that was signed`);
  }
}

function append(leaf) {
  compareHeads();
  let node = leaf;
  let level = 0;
  for (; edge[level]; level++) {
    node = hash(Buffer.concat([Buffer.of(1), edge[level], node]));
    edge[level] = null;
  }
  edge[level] = node;
  size++;
}

// ---- 4. The segments: archived ones by their leaves, the others by their records

const numbered = (path, pattern) =>
  (existsSync(path) ? readdirSync(path) : [])
    .flatMap((name) =>
      pattern.test(name) ? [{ number: Number(pattern.exec(name)[1]), path: join(path, name) }] : [],
    )
    .sort((a, b) => a.number - b.number);
const segments = numbered(folder, /^segment-(\d{8})\.v[234]$/);
const archived = numbered(join(folder, 'archive'), /^segment-(\d{8})\.leaves$/);
const begin = segments[0]?.number ?? archived.length + 1;

let expected = 1;
for (const { number, path } of archived) {
  if (number >= begin) break;
  if (number !== expected++) complain(`segment ${number - 1} is missing`);
  const leaves = readFileSync(path);
  for (let at = 0; at < leaves.length; at += 32) append(leaves.subarray(at, at + 32));
}

const headerOf = (lines) => {
  try {
    return JSON.parse(lines[0].text);
  } catch {
    return null;
  }
};
const ids = new Set();
let hasSeals = false;
let sealed = 0;
/** HMAC of the ledger's hash, the first 16 bytes. */
const sealOf = (bytes) =>
  createHmac(isNational ? 'sm3' : 'sha256', sealKey || '')
    .update(bytes)
    .digest()
    .subarray(0, 16);
for (const [index, { number, path }] of segments.entries()) {
  if (number !== expected++) complain(`segment ${expected - 1} is missing`);
  expected = number + 1;
  const isLast = index === segments.length - 1;
  let bytes = readFileSync(path);
  if (!isLast) {
    const stated = headerOf(linesOf(readFileSync(segments[index + 1].path)))?.previous;
    if (!stated || bytes.length !== stated.bytes + stated.excess)
      complain(`${path}: the next segment states another length`);
    if (stated) bytes = bytes.subarray(0, stated.bytes);
  }
  const lines = linesOf(bytes);
  const header = headerOf(lines);
  if (!header) {
    if (!(isLast && lines.every((one) => one.isTorn))) complain(`${path}: the header cannot be read`);
    continue;
  }
  if (
    !/^liancha-ledger\/[234]$/.test(header.format) ||
    header.ledger !== heads[0]?.ledger ||
    header.segment !== number
  )
    complain(`${path}: the header is of another ledger or segment`);
  if (header.first !== size)
    complain(`${path}: ${header.first} records should come before, there are ${size}`);
  // What stands behind the last seal, or behind a line that was never wholly written, was never acknowledged.
  const isSealed = header.format === 'liancha-ledger/4';
  if (hasSeals && !isSealed) complain(`${path}: its format is older than that of the segment before`);
  hasSeals ||= isSealed;
  const lastSeal = lines.findLastIndex((one) => one.seal !== null);
  let chain = sealOf(Buffer.from(`liancha ledger seal${lines[0].text}`));
  let batch = [];
  for (const [line, { text, seal, isUnwritten }] of lines.entries()) {
    const isOpen = isUnwritten || (isSealed && line > lastSeal);
    if (line > 0 && isOpen && isLast && size >= largest) break; // A crash, or a write that is going on.
    if (line === 0) continue;
    if (text === null || (isSealed && line > lastSeal)) {
      complain(`${path}:${line + 1} (record ${size}) does not fit its checksum, or has no seal`);
      append(Buffer.alloc(32));
      continue;
    }
    const { id } = JSON.parse(text);
    if (typeof id !== 'string' || ids.has(id))
      complain(`${path}:${line + 1} (record ${size}) has no id of its own`);
    ids.add(id);
    const leaf = hash(Buffer.concat([Buffer.of(0), Buffer.from(text)]));
    append(leaf);
    batch.push(leaf);
    if (seal === null) continue;
    chain = sealOf(Buffer.concat([chain, ...batch]));
    batch = [];
    if (!sealKey || size <= largest) continue;
    if (seal === chain.toString('base64url')) sealed = size - largest;
    else
      complain(`${path}:${line + 1} (record ${size}): the seal does not fit, the gateway did not write this`);
  }
}
compareHeads();
if (largest > size) complain(`${largest} records were signed, ${size} are there`);

for (const problem of problems) console.error(problem);
console.log(`${size} records, ${heads.length} heads, ${largest} records under a signed head`);
const unproven = Math.max(0, size - largest) - sealed;
if (unproven > 0)
  console.log(
    `${unproven} records behind the last head are UNPROVEN: nobody has signed for them, and no seal was checked`,
  );
if (cosigned > 0) console.log(`${cosigned} records under a co-signed head`);
console.log(problems.length === 0 ? 'everything verifies' : `${problems.length} problem(s)`);
process.exit(problems.length === 0 ? 0 : 1);
