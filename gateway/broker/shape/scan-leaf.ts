/**
 * Reads JSON values straight from bytes (RFC 8259), in the form that `JSON.stringify` writes: each function takes the
 * position where a value begins and returns the position after it, or -1 when no such value stands there. They are
 * stricter than JSON where a value would not survive being parsed and written again.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);
/** Digits that a double keeps, whatever they are. */
const SAFE_DIGITS = 15;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'));
const UNICODE = 0x75; // u

function scanBytes(bytes: Buffer, at: number, expected: Buffer): number {
  const length = expected.length;
  for (let index = 0; index < length; index++) if (bytes[at + index] !== expected[index]) return -1;
  return at + length;
}

/** Bytes that stand for themselves in a string: anything but `"`, `\\` and control characters. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

export function scanString(bytes: Buffer, from: number): number {
  if (bytes[from] !== QUOTE) return -1;
  const { length } = bytes;
  let at = from + 1;
  while (at < length) {
    while (at < length && PLAIN[bytes[at]!] === 1) at++;
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] !== BACKSLASH) return -1;
    at = scanEscape(bytes, at + 1);
    if (at < 0) return -1;
  }
  return -1;
}

function scanEscape(bytes: Buffer, at: number): number {
  const byte = bytes[at] ?? 0;
  if (ESCAPED.has(byte)) return at + 1;
  if (byte !== UNICODE) return -1;
  return /^[0-9a-fA-F]{4}$/.test(bytes.toString('latin1', at + 1, at + 5)) ? at + 5 : -1;
}

export function scanInt(bytes: Buffer, from: number): number {
  const isNegative = bytes[from] === MINUS;
  const start = isNegative ? from + 1 : from;
  const end = scanDigits(bytes, start);
  if (end < 0 || end - start > 10) return -1;
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + (bytes[at]! - ZERO);
  if (isNegative) value = -value;
  if (value > INT_MAX || value < INT_MIN || Object.is(value, -0)) return -1;
  return endsNumber(bytes[end]) ? end : -1;
}

/** Without an exponent and with few digits: such a number is the same after parsing and writing. */
export function scanFloat(bytes: Buffer, from: number): number {
  const start = bytes[from] === MINUS ? from + 1 : from;
  let end = scanDigits(bytes, start);
  if (end < 0) return -1;
  if (bytes[end] === POINT) {
    const fraction = end + 1;
    end = fraction;
    while (isDigit(bytes[end])) end++;
    if (end === fraction) return -1;
  }
  return end - start <= SAFE_DIGITS && endsNumber(bytes[end]) ? end : -1;
}

export function scanBoolean(bytes: Buffer, at: number): number {
  return bytes[at] === TRUE[0] ? scanBytes(bytes, at, TRUE) : scanBytes(bytes, at, FALSE);
}

/** A custom scalar: any JSON, of which only the simple kinds are read here. */
export function scanScalar(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === QUOTE) return scanString(bytes, at);
  if (byte === MINUS || isDigit(byte)) return scanFloat(bytes, at);
  return scanBoolean(bytes, at);
}

/** One or more digits without a leading zero. */
function scanDigits(bytes: Buffer, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  if (at === from || (bytes[from] === ZERO && at > from + 1)) return -1;
  return at;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** A number ends where its object or list goes on or ends: `,` `]` `}`. */
function endsNumber(byte: number | undefined): boolean {
  return byte === 0x2c || byte === 0x5d || byte === 0x7d;
}
