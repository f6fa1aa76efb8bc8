import { compileCode } from '../compiled-code.ts';
import { scanBoolean, scanFloat, scanInt, scanScalar, scanString } from './scan-leaf.ts';

/**
 * Writes the code of a scanner. The code consists of numbers and of names that stand in this file: what a consumer or a
 * schema calls its fields becomes the integers that its bytes are compared with, so no text from outside is ever run.
 */

/** What a scan has seen so far. */
export interface Seen {
  listed: number;
  roots: number;
  /** By site, 1 where an object was seen. */
  readonly sites: Uint8Array;
  /** Begin and end of each, in turn. */
  readonly subjects: number[];
}

/** Reads one value from a position: the position after it, or -1 when it is not what belongs there. */
export type Scan = (bytes: Buffer, view: DataView, from: number, seen: Seen) => number;

/** Statements that move `at` behind a value, or return -1. */
export type Code = string;

/** The functions that code may call, each `(bytes, at) => position after the value, or -1`. */
const LEAVES = {
  string: scanString,
  int: scanInt,
  float: scanFloat,
  boolean: scanBoolean,
  scalar: scanScalar,
} as const;
export type Leaf = keyof typeof LEAVES;

const LIST_OPEN = 0x5b; // [
const LIST_CLOSE = 0x5d; // ]
const COMMA = 0x2c; // ,
const NULL = 0x6e; // n

export const FAIL: Code = 'return -1;';

/** Exactly this text. Words of four bytes are compared at once, the last of them overlapping the one before. */
export function literal(text: string): Code {
  return `if (!(${isLiteral(text)})) ${FAIL} at += ${Buffer.byteLength(text)};`;
}

function isLiteral(text: string): string {
  const bytes = Buffer.from(text);
  const { length } = bytes;
  if (length < 4) return [...bytes].map((byte, index) => `bytes[at + ${index}] === ${byte}`).join(' && ');
  const checks = [`at + ${length} <= bytes.length`];
  for (let index = 0; index < length; index += 4) {
    const start = Math.min(index, length - 4);
    checks.push(`view.getInt32(at + ${start}, true) === ${bytes.readInt32LE(start)}`);
  }
  return checks.join(' && ');
}

/** One of these texts. None may be the beginning of another. */
export function oneOf(texts: readonly string[]): Code {
  const cases = texts.map((text) => `if (${isLiteral(text)}) at += ${Buffer.byteLength(text)};`);
  return [...cases, FAIL].join(' else ');
}

export function leaf(kind: Leaf): Code {
  return `at = ${kind}(bytes, at); if (at < 0) ${FAIL}`;
}

/** Notes whom a record is about. A value that is empty or written with escapes is left to the parser. */
export function subject(value: Code): Code {
  return `{ const start = at; ${value} if (!note(bytes, start, at, seen)) ${FAIL} }`;
}

export function nullable(value: Code): Code {
  return `if (bytes[at] === ${NULL}) { ${literal('null')} } else { ${value} }`;
}

export function list(item: Code, isOutermost: boolean): Code {
  return `if (bytes[at] !== ${LIST_OPEN}) ${FAIL}
at++;
if (bytes[at] === ${LIST_CLOSE}) at++;
else for (;;) {
  ${isOutermost ? `if (bytes[at] !== ${NULL}) seen.listed++;` : ''}
  ${item}
  const next = bytes[at++];
  if (next === ${LIST_CLOSE}) break;
  if (next !== ${COMMA}) ${FAIL}
}`;
}

/** Gathers functions, so that none becomes too long to be optimised. */
export class ScanProgram {
  readonly #functions: string[] = [];

  /** Makes a function of code: the code that calls it. */
  define(code: Code): Code {
    const name = `scan${this.#functions.length}`;
    this.#functions.push(`function ${name}(bytes, view, at, seen) { ${code} return at; }`);
    return `at = ${name}(bytes, view, at, seen); if (at < 0) ${FAIL}`;
  }

  /** The function that runs code, with all that it calls. */
  compile(code: Code): Scan {
    const text = `'use strict';${this.#functions.join('\n')}
return function scan(bytes, view, at, seen) { ${code} return at; };`;
    const make = compileCode([...Object.keys(LEAVES), 'note'], text);
    return make(...Object.values(LEAVES), noteSubject) as Scan;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function noteSubject(bytes: Buffer, from: number, end: number, seen: Seen): boolean {
  const isText = bytes[from] === QUOTE;
  const [first, last] = isText ? [from + 1, end - 1] : [from, end];
  if (first >= last) return false;
  for (let at = first; at < last; at++) if (bytes[at] === BACKSLASH) return false;
  seen.subjects.push(first, last);
  return true;
}
