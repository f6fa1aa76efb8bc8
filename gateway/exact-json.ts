import { randomBytes } from 'node:crypto';

/**
 * JSON whose numbers stay what was written. `JSON.parse` makes doubles of them, so that 9007199254740993 would become another
 * number without a word. A number that a double cannot hold is read as an `ExactNumber`, which is written as it was read.
 */

/** A number as it was written. It has no members: whatever looks into objects finds nothing in it. */
export class ExactNumber {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** `JSON.stringify` alone writes it as a text; `writeJson` as the number. */
  toJSON(): string {
    if (!isWriting) return this.#text;
    written++;
    return MARK + this.#text;
  }
}

/** Nobody outside knows it, so no text can pretend to be a number. */
const MARK = `~${randomBytes(16).toString('hex')}~`;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');

let isWriting = false;
let written = 0;

/** Numbers that may be more than a double holds: many digits, or an exponent. Texts may look so too, which costs time only. */
const SUSPECT = /[:[,\s]-?(?:\d[\d.]{15}|\d[\d.]*[eE][+-]?\d+[\s,}\]])|^\s*-?\d/;

/** As `JSON.parse`, with exact numbers where a double would be another number. */
export function readJson(text: string): unknown {
  return SUSPECT.test(text) ? revived(JSON.parse(markedNumbers(text))) : JSON.parse(text);
}

/** As `JSON.stringify`, with exact numbers as they were read. */
export function writeJson(value: unknown): string {
  isWriting = true;
  written = 0;
  try {
    const text = JSON.stringify(value);
    return written === 0 ? text : unmarked(text);
  } finally {
    isWriting = false;
  }
}

/** As `JSON.parse`, with marked texts in the place of exact numbers, for what is written by others: `unmarked` puts it right. */
export function parseMarked(text: string): unknown {
  return JSON.parse(markedJson(text));
}

/** The text that stands for a number until `unmarked` puts it right. */
export function marked(number: string): string {
  return MARK + number;
}

export function unmarked(text: string): string {
  return text.includes(MARK) ? text.replace(MARKED, '$1') : text;
}

/** Does a value hold an exact number? */
export function holdsExactNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof ExactNumber || Object.values(value).some(holdsExactNumber);
}

/** JSON with marked texts in the place of exact numbers, for what is read by others: `revived` makes numbers of them. */
export function markedJson(text: string): string {
  return SUSPECT.test(text) ? markedNumbers(text) : text;
}

/** Has exact numbers where marked texts were. */
export function revived(value: unknown): unknown {
  if (typeof value === 'string')
    return value.startsWith(MARK) ? new ExactNumber(value.slice(MARK.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  // In place, by own keys: `__proto__` may be one of them.
  for (const key of Object.keys(value)) {
    const before: unknown = Reflect.get(value, key);
    const after = revived(before);
    if (after !== before)
      Object.defineProperty(value, key, {
        value: after,
        writable: true,
        enumerable: true,
        configurable: true,
      });
  }
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function markedNumbers(text: string): string {
  let result = '';
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at + 1);
    else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      NUMBER.lastIndex = at;
      const [number = ''] = NUMBER.exec(text) ?? [];
      if (!isDouble(number)) {
        result += `${text.slice(from, at)}"${MARK}${number}"`;
        from = at + number.length;
      }
      at += number.length || 1;
    } else at++;
  }
  return result + text.slice(from);
}

function endOfText(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Is a number in JSON the same after it was a double? */
export function isDouble(number: string): boolean {
  if (number.length <= 15 && !/[.eE]/.test(number)) return true;
  const value = Number(number);
  return Number.isFinite(value) && decimal(number) === decimal(String(value));
}

/** One form for all the ways to write a number. */
function decimal(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}
