import { isUtf8 } from 'node:buffer';
import type { FetchResult } from '../fetch.ts';
import { isJsonObject, type JsonObject } from './record.ts';

/** An error as a provider reported it. Its text stays with us: it may hold what nobody decided to disclose. */
export interface ReportedError {
  readonly code: string | null;
  readonly path: readonly (string | number)[] | null;
}

export type ProviderAnswer =
  | { readonly ok: true; readonly data: JsonObject | null; readonly errors: readonly ReportedError[] }
  | {
      readonly ok: false;
      readonly code: 'PROVIDER_UNAVAILABLE' | 'PROVIDER_TIMEOUT';
      readonly details: { [name: string]: string | number };
    };

/** Reads a provider's answer. What is not a GraphQL response is the same as no answer. */
export function readAnswer(result: FetchResult): ProviderAnswer {
  if (!result.ok) return { ok: false, code: result.code, details: { ...result.details } };
  // JSON is UTF-8 (RFC 8259 §8.1): what is not would be read as other characters than were meant.
  if (!isUtf8(result.body)) return NONSENSE;
  let parsed: unknown;
  try {
    parsed = JSON.parse(result.body.toString('utf8'));
  } catch {
    return NONSENSE;
  }
  if (!isJsonObject(parsed)) return NONSENSE;
  const { data = null, errors = [] } = parsed;
  if ((data !== null && !isJsonObject(data)) || !Array.isArray(errors)) return NONSENSE;
  if (data === null && errors.length === 0) return NONSENSE;
  return { ok: true, data, errors: errors.map(reportedError) };
}

const NONSENSE = { ok: false, code: 'PROVIDER_UNAVAILABLE', details: {} } as const satisfies ProviderAnswer;

function reportedError(error: unknown): ReportedError {
  if (!isJsonObject(error)) return { code: null, path: null };
  const { path, extensions } = error;
  const code = isJsonObject(extensions) && typeof extensions.code === 'string' ? extensions.code : null;
  const isPath =
    Array.isArray(path) && path.every((one) => typeof one === 'string' || typeof one === 'number');
  return { code, path: isPath ? path : null };
}
