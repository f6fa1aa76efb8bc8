import { createHash } from 'node:crypto';
import { type Database, isUniqueViolation, type Queryable } from '../store/index.ts';
import type { Caller } from './module.ts';
import { badInput } from './refused.ts';

/** What makes a mutation the same as one before: the caller's department, its key, the mutation and its arguments. */
export interface Request {
  readonly caller: Caller;
  readonly mutation: string;
  /** Without a key a mutation is carried out each time that it is asked. */
  readonly key: string | null | undefined;
  readonly input: unknown;
}

const LONGEST_KEY = 200;

/** The answer that a request was given before, if any: for work that has to be done before its transaction. */
export async function answeredBefore<T>(database: Queryable, { caller, mutation, key, input }: Request) {
  if (key === null || key === undefined) return null;
  const [before] = await database.query(
    'select request, answer from idempotency_keys where department = $1 and key = $2',
    [caller.principal.department, key],
  );
  return before?.request === requestDigest(mutation, input) ? (before.answer as T) : null;
}

function requestDigest(mutation: string, input: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([mutation, input]))
    .digest('base64url');
}

/**
 * Carries out `work` in one transaction, once for each idempotency key: asked again, also at the same moment or after a lost
 * answer, the first answer (any JSON, best an id) is given again. The same key for another request is refused.
 */
export async function once<T>(
  database: Database,
  request: Request,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  const { caller, mutation, key, input } = request;
  if (key === null || key === undefined) return database.transaction(work);
  if (key.length === 0 || key.length > LONGEST_KEY)
    throw badInput(`idempotencyKey: 1–${LONGEST_KEY} 字符 characters`);
  const department = caller.principal.department;
  const digest = requestDigest(mutation, input);
  const attempt = (): Promise<T> =>
    database.transaction(async (transaction) => {
      // One after the other: who comes second must find the first one's answer, not a state that it no longer fits.
      await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `${department} ${key}`,
      ]);
      const [before] = await transaction.query(
        'select request, answer from idempotency_keys where department = $1 and key = $2',
        [department, key],
      );
      if (before) {
        if (before.request !== digest)
          throw badInput('idempotencyKey 已用于另一请求 was used for another request');
        return before.answer as T;
      }
      const answer = await work(transaction);
      await transaction.query(
        'insert into idempotency_keys (department, key, mutation, request, answer) values ($1, $2, $3, $4, $5)',
        [department, key, mutation, digest, JSON.stringify(answer)],
      );
      return answer;
    });
  try {
    return await attempt();
  } catch (error) {
    // Two at the same moment: ours was undone, the other's answer stands.
    if (isUniqueViolation(error)) return attempt();
    throw error;
  }
}
