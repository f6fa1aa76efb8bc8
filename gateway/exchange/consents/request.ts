import type { OwnedChanges, Ownership } from '../../registry/index.ts';
import type { Queryable } from '../../store/index.ts';
import type { Caller } from '../module.ts';
import { announce } from '../notifications/announce.ts';
import { badInput } from '../refused.ts';
import { type Consent, readConsents } from './consent.ts';
import { digestOfChanges } from './covering.ts';
import { note } from './note.ts';

interface RequestParts {
  nextId(): string;
  now(): number;
}

export interface Asking {
  readonly ownership: Ownership;
  readonly missing: readonly OwnedChanges[];
  readonly sdlDigest: string;
  readonly reason: string | null;
}

/** More than an owner can look through is asked in smaller steps. */
const MOST_CHANGES = 500;
/** What one department may have open at a time. */
const MOST_OPEN = 50;
export const LONGEST_TEXT = 4_000;

/**
 * Asks each owner for its consent, unless the same is being asked, or was refused for the same reason. Gives the ids, the ones that
 * were there before included.
 */
export async function requestConsents(
  parts: RequestParts,
  transaction: Queryable,
  caller: Caller,
  asking: Asking,
): Promise<string[]> {
  const { actor, subgraph } = asking.ownership;
  if (actor === null || subgraph === null) return [];
  if (asking.missing.some(({ changes }) => changes.length > MOST_CHANGES))
    throw badInput(
      `一次发布改动他部门信息项过多（上限 ${MOST_CHANGES}），请分次发布 it changes too much of another department's at once; publish in smaller steps`,
    );
  if (asking.reason !== null && asking.reason.length > LONGEST_TEXT)
    throw badInput(`reason: 1–${LONGEST_TEXT}`);
  const ids: string[] = [];
  for (const one of asking.missing) {
    const key = { requester: actor, subgraph, owner: one.owner.code };
    const digest = digestOfChanges(one.changes);
    const before = (await readConsents(transaction, key)).find(
      ({ changes, state, reason }) =>
        digestOfChanges(changes) === digest &&
        (state === 'PENDING' || (state === 'REFUSED' && reason === asking.reason)),
    );
    ids.push(before?.id ?? (await insert(parts, transaction, caller, { ...key, digest }, one, asking)));
  }
  return ids;
}

async function insert(
  { nextId, now }: RequestParts,
  transaction: Queryable,
  { principal }: Caller,
  {
    requester,
    owner,
    subgraph,
    digest,
  }: Pick<Consent, 'requester' | 'owner' | 'subgraph'> & { digest: string },
  { changes, effect }: OwnedChanges,
  { sdlDigest, reason }: Asking,
): Promise<string> {
  const [open] = await transaction.query(
    `select count(*) as n from consents where requester = $1 and state = 'PENDING'`,
    [requester],
  );
  if (Number(open?.n) >= MOST_OPEN)
    throw badInput(`待答复的同意请求已达上限（${MOST_OPEN}）too many requests for consent are open`);
  const id = nextId();
  const at = new Date(now());
  const [row] = await transaction.query(
    `insert into consents (id, requester, owner, subgraph, sdl_digest, changes, changes_digest, effect, reason, state, requested_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'PENDING', $10) on conflict do nothing returning id`,
    [
      id,
      requester,
      owner,
      subgraph,
      sdlDigest,
      JSON.stringify(changes),
      digest,
      JSON.stringify(effect),
      reason,
      at,
    ],
  );
  // The same was asked at the same moment.
  if (!row) {
    const [same] = await readConsents(transaction, { requester, owner, subgraph });
    return same?.id ?? id;
  }
  await note(transaction, id, 'REQUEST', { ...principal, at }, reason);
  const about = { type: 'Consent', id } as const;
  await announce(transaction, { nextId, now }, [{ department: owner, event: 'CONSENT_REQUESTED', about }]);
  return id;
}
