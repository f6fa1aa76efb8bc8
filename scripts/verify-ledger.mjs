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
    for (const { id, spki, userId = '' } of JSON.parse(readFileSync(path, 'utf8')).keys) {
      const der = Buffer.from(spki, 'base64url');
      if (createHash('sha256').update(der).digest('base64url') !== id)
        complain(`key ${id} is not what its name says`);
      else keys.set(id, { key: createPublicKey({ key: der, format: 'der', type: 'spki' }), der, userId });
    }
  } catch (error) {
    complain(`the keys cannot be read: ${error.message}`);
  }
  return keys;
}

/** Lines of text, signed with Ed25519, or with SM2 over SM3: of a key without a user ID as OpenSSL does, with the empty one. */
function isSigned(lines, suite, found, signature) {
  if (!found) return false;
  const bytes = Buffer.from([...lines, ''].join('\n'));
  const { key, der, userId } = found;
  const signed = Buffer.from(signature, 'base64url');
  if (userId !== '') return suite === 'sm3/sm2' && isSm2(bytes, der.subarray(-64), userId, signed);
  return verify(suite === 'sm3/sm2' ? 'sm3' : null, bytes, key, signed);
}

/** GB/T 32918.2 §7: verification of a signature over SM3(Z ‖ bytes), on the curve of GB/T 32918.5. */
function isSm2(bytes, point, userId, signature) {
  const number = (hex) => BigInt(`0x${Buffer.from(hex).toString('hex')}`);
  const hex = (text) => BigInt(`0x${text.replaceAll(' ', '')}`);
  const p = hex('FFFFFFFE FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF 00000000 FFFFFFFF FFFFFFFF');
  const n = hex('FFFFFFFE FFFFFFFF FFFFFFFF FFFFFFFF 7203DF6B 21C6052B 53BBF409 39D54123');
  const b = hex('28E9FA9E 9D9F5E34 4D5A9E4B CF6509A7 F39789F5 15AB8F92 DDBCBD41 4D940E93');
  const gx = hex('32C4AE2C 1F198119 5F990446 6A39C994 8FE30BBF F2660BE1 715A4589 334C74C7');
  const gy = hex('BC3736A2 F4F6779C 59BDCEE3 6B692153 D0A9877C C62A4740 02DF32E5 2139F0A0');
  const mod = (value, by = p) => ((value % by) + by) % by;
  const bytesOf = (value) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
  const power = (base, exponent) => {
    let result = 1n;
    for (let square = base, e = exponent; e > 0n; e >>= 1n, square = mod(square * square))
      if (e & 1n) result = mod(result * square);
    return result;
  };
  // Points in Jacobian coordinates: (X / Z², Y / Z³); null is the point at infinity. Here a = -3.
  const double = (q) => {
    if (!q || q[1] === 0n) return null;
    const [x, y, z] = q;
    const yy = mod(y * y);
    const s = mod(4n * x * yy);
    const m = mod(3n * (x - z * z) * (x + z * z));
    const x3 = mod(m * m - 2n * s);
    return [x3, mod(m * (s - x3) - 8n * yy * yy), mod(2n * y * z)];
  };
  const add = (q, r) => {
    if (!q || !r) return q ?? r;
    const [x1, y1, z1] = q;
    const [x2, y2, z2] = r;
    const u1 = mod(x1 * z2 * z2);
    const s1 = mod(y1 * z2 * z2 * z2);
    const h = mod(x2 * z1 * z1 - u1);
    const d = mod(y2 * z1 * z1 * z1 - s1);
    if (h === 0n) return d === 0n ? double(q) : null;
    const hh = mod(h * h);
    const x3 = mod(d * d - hh * h - 2n * u1 * hh);
    return [x3, mod(d * (u1 * hh - x3) - s1 * hh * h), mod(h * z1 * z2)];
  };
  const [rs, ss] = derNumbers(signature);
  const [px, py] = [number(point.subarray(0, 32)), number(point.subarray(32))];
  if (rs === undefined || mod(py * py - px * px * px + 3n * px - b) !== 0n) return false;
  const [r, s] = [number(rs), number(ss)];
  const t = mod(r + s, n);
  if (r < 1n || r >= n || s < 1n || s >= n || t === 0n) return false;
  const base = [gx, gy, 1n];
  const key = [px, py, 1n];
  const both = add(base, key);
  let sum = null;
  for (let bit = 255n; bit >= 0n; bit--) {
    sum = double(sum);
    const [inS, inT] = [(s >> bit) & 1n, (t >> bit) & 1n];
    if (inS || inT) sum = add(sum, inS && inT ? both : inS ? base : key);
  }
  if (!sum) return false;
  const inverse = power(sum[2], p - 2n);
  const x = mod(sum[0] * inverse * inverse);
  const id = Buffer.from(userId);
  const length = Buffer.of((id.length * 8) >> 8, (id.length * 8) & 255);
  const sm3 = (...parts) => createHash('sm3').update(Buffer.concat(parts)).digest();
  const z = sm3(length, id, ...[mod(-3n), b, gx, gy].map(bytesOf), point);
  return mod(number(sm3(z, bytes)) + x, n) === r;
}

/** The two integers of a DER `SEQUENCE { r INTEGER, s INTEGER }`; nothing for what is not one. */
function derNumbers(der) {
  const numbers = [];
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return numbers;
  for (let at = 2; at < der.length; at += 2 + der[at + 1]) {
    if (der[at] !== 2 || !(der[at + 1] > 0) || at + 2 + der[at + 1] > der.length) return [];
    numbers.push(der.subarray(at + 2, at + 2 + der[at + 1]));
  }
  return numbers.length === 2 ? numbers : [];
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
