import { isUtf8 } from 'node:buffer';
import { readJson } from '../../exact-json.ts';
import type { FetchResult } from '../fetch.ts';
import { isJsonObject, type JsonObject } from './record.ts';

/** An error as a provider reported it. Its text stays with us: it may hold what nobody decided to disclose. */
export interface ReportedError {
  readonly code: string | null;
  readonly path: readonly (string | number)[] | null;
}

/** Errors of one answer: different ones, up to a limit. */
export interface ReportedErrors {
  readonly errors: readonly ReportedError[];
  /** How many more there were. */
  readonly omitted: number;
}

export type ProviderAnswer =
  | ({ readonly ok: true; readonly data: JsonObject | null } & ReportedErrors)
  | {
      readonly ok: false;
      readonly code: 'PROVIDER_UNAVAILABLE' | 'PROVIDER_TIMEOUT';
      readonly details: { [name: string]: string | number };
    };

/** Errors of one answer that are looked at. A provider may send them by the hundred thousand. */
const MOST_ERRORS = 100;
/** The longest path that an error may have: no operation is so deep. */
const LONGEST_PATH = 200;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads a provider's answer. What is not a GraphQL response is the same as no answer. `isExact`: it may hold numbers that a
 * double does not.
 */
export function readAnswer(result: FetchResult, isExact: boolean): ProviderAnswer {
  if (!result.ok) return { ok: false, code: result.code, details: { ...result.details } };
  // JSON is UTF-8 (RFC 8259 §8.1): what is not would be read as other characters than were meant. A mark at its start may be ignored.
  if (!isUtf8(result.body)) return NONSENSE;
  let parsed: unknown;
  try {
    const text = result.body.toString('utf8', hasMark(result.body) ? BYTE_ORDER_MARK.length : 0);
    parsed = isExact ? readJson(text) : JSON.parse(text);
  } catch {
    return NONSENSE;
  }
  if (!isJsonObject(parsed)) return NONSENSE;
  const { data = null, errors: told } = parsed;
  const errors = told ?? []; // `null` is not in the specification, and clear.
  if ((data !== null && !isJsonObject(data)) || !Array.isArray(errors)) return NONSENSE;
  if (data === null && errors.length === 0) return NONSENSE;
  return { ok: true, data, ...reportedErrors(errors) };
}

const NONSENSE = { ok: false, code: 'PROVIDER_UNAVAILABLE', details: {} } as const satisfies ProviderAnswer;

function hasMark(body: Buffer): boolean {
  return body[0] === BYTE_ORDER_MARK[0] && body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

function reportedErrors(errors: readonly unknown[]): ReportedErrors {
  if (errors.length === 0) return NO_ERRORS;
  const different = new Map<string, ReportedError>();
  for (const [index, one] of errors.entries()) {
    if (different.size >= MOST_ERRORS)
      return { errors: [...different.values()], omitted: errors.length - index };
    const error = reportedError(one);
    different.set(JSON.stringify(error), error);
  }
  return { errors: [...different.values()], omitted: 0 };
}

const NO_ERRORS: ReportedErrors = { errors: [], omitted: 0 };

function reportedError(error: unknown): ReportedError {
  if (!isJsonObject(error)) return { code: null, path: null };
  const { path, extensions } = error;
  const code = isJsonObject(extensions) && extensions.code === 'BAD_USER_INPUT' ? extensions.code : null;
  const isPath =
    Array.isArray(path) &&
    path.length <= LONGEST_PATH &&
    path.every((one) => typeof one === 'string' || typeof one === 'number');
  return { code, path: isPath ? path : null };
}
