import { z } from 'zod';

/** One operation as a consumer sends it, by whatever transport. */
export interface Asked {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

const Body = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** Reads an operation out of a JSON body or the payload of a message; null when it is none. */
export function readAsked(body: unknown): Asked | null {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return null;
  const { query, operationName, variables } = parsed.data;
  return { query, operationName: operationName ?? null, variables: variables ?? {} };
}

/** Reads an operation out of a URL (GraphQL over HTTP §5.3). */
export function readAskedFromUrl({ searchParams }: URL): Asked | null {
  const variables = searchParams.get('variables');
  try {
    return readAsked({
      query: searchParams.get('query'),
      operationName: searchParams.get('operationName'),
      variables: variables === null ? null : JSON.parse(variables),
    });
  } catch {
    return null;
  }
}
