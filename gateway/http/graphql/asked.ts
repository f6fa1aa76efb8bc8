import type { Failure } from '../../errors.ts';
import { ExactNumber, readJson } from '../../exact-json.ts';

/** One operation as a consumer sends it, by whatever transport. */
export interface Asked {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

export type Read =
  | { readonly ok: true; readonly asked: Asked }
  | { readonly ok: false; readonly failure: Failure };

const NO_VARIABLES: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * Reads an operation out of a JSON body, an entry of a batch, or the payload of a message (GraphQL over HTTP §5.2). A hash in the
 * place of the text is told in the way that clients know, so that they send the text.
 */
export function readAsked(body: unknown): Read {
  if (!isObject(body)) return malformed('请求须为 JSON 对象 a request is a JSON object');
  const { query = null, operationName = null, variables = null, extensions = null } = body;
  if (extensions !== null && !isObject(extensions))
    return malformed('extensions: 须为对象 must be an object');
  if (query === null)
    return isObject(extensions?.persistedQuery)
      ? { ok: false, failure: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', details: {} } }
      : malformed('缺少 query there is no query');
  if (typeof query !== 'string') return malformed('query: 须为文本 must be a text');
  if (operationName !== null && typeof operationName !== 'string')
    return malformed('operationName: 须为文本 must be a text');
  if (variables !== null && !isObject(variables)) return malformed('variables: 须为对象 must be an object');
  const values = variables === null ? NO_VARIABLES : { ...variables };
  return { ok: true, asked: { query, operationName, variables: values } };
}

const PARAMETERS = ['query', 'operationName', 'variables', 'extensions'] as const;

/** Reads an operation out of a URL (GraphQL over HTTP §5.3). */
export function readAskedFromUrl({ searchParams }: URL): Read {
  const given: Record<string, unknown> = {};
  for (const name of PARAMETERS) {
    const [text, ...more] = searchParams.getAll(name);
    if (more.length > 0) return malformed(`${name}: 只可出现一次 may be given once`);
    if (text === undefined || text === '') continue;
    const isJson = name === 'variables' || name === 'extensions';
    const value = isJson ? parsed(text) : text;
    if (value === undefined) return malformed(`${name}: 须为 JSON must be JSON`);
    given[name] = value;
  }
  return readAsked(given);
}

function parsed(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

function malformed(detail: string): Extract<Read, { ok: false }> {
  return { ok: false, failure: { code: 'BAD_USER_INPUT', details: { detail } } };
}
