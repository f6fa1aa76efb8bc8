import { expect } from 'vitest';
import { nulledBy, tellingOfNulls } from './generated/paths.ts';
import type { Answered, Federation } from './harness.ts';

/**
 * Our engine answers as graphql-js does over the merged schema, to the order of keys and with errors at the same nulls,
 * and as @apollo/gateway does; and as expected, where that is written down.
 */
export async function agree(
  fed: Federation,
  query: string,
  variables: Record<string, unknown> = {},
  expected?: unknown,
): Promise<Answered> {
  const ours = await agreeWithPlain(fed, query, variables, expected);
  const theirs = await fed.theirs(query, variables);
  expect(ours.data).toEqual(theirs.data);
  expect(ours.failures.length > 0).toBe(theirs.errors > 0);
  return ours;
}

/** The same where @apollo/gateway is known to be wrong (docs/conformance.md). */
export async function agreeWithPlain(
  fed: Federation,
  query: string,
  variables: Record<string, unknown> = {},
  expected?: unknown,
): Promise<Answered> {
  const ours = await fed.ours(query, variables);
  const plain = await fed.plain(query, variables);
  const text = JSON.stringify(plain.data ?? null);
  expect(ours.data, plain.errors?.join('\n') ?? '').toEqual(JSON.parse(text));
  expect(ours.text).toBe(text);
  expect(nulledBy(ours.data, tellingOfNulls(ours.data, ours.failures))).toEqual(
    nulledBy(ours.data, plain.errors ?? []),
  );
  if (expected !== undefined) expect(ours.data).toEqual(expected);
  return ours;
}
