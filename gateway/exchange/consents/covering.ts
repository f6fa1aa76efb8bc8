import { createHash } from 'node:crypto';
import type { OwnedChange, OwnedChanges, Ownership } from '../../registry/index.ts';
import type { Queryable } from '../../store/index.ts';
import { type Consent, readConsents } from './consent.ts';

function textOf({ coordinate, aspect, property, before, after }: OwnedChange): string {
  return JSON.stringify([coordinate, aspect, property, before, after]);
}

/** Digest of a set of changes, in whatever order. */
export function digestOfChanges(changes: readonly OwnedChange[]): string {
  const hash = createHash('sha256');
  for (const one of changes.map(textOf).sort()) hash.update(`${one}\n`);
  return hash.digest('base64url');
}

/** A consent is to exactly its changes, each from what was before to what comes after: to fewer of them also, to no other. */
export function covers(consent: Consent, changes: readonly OwnedChange[]): boolean {
  const allowed = new Set(consent.changes.map(textOf));
  return changes.every((one) => allowed.has(textOf(one)));
}

/** A consent that was given and covers the changes, the latest; null when there is none. One alone has to cover them all. */
export async function givenFor(
  from: Queryable,
  { actor, subgraph }: Ownership,
  { owner, changes }: OwnedChanges,
  lock: '' | 'for update' = '',
): Promise<Consent | null> {
  if (actor === null || subgraph === null) return null;
  const asked = await readConsents(from, { requester: actor, subgraph, owner: owner.code }, lock);
  return asked.find((one) => one.state === 'APPROVED' && covers(one, changes)) ?? null;
}

/** What a publication changes without a consent that covers it. */
export async function unconsented(from: Queryable, ownership: Ownership): Promise<OwnedChanges[]> {
  const found: OwnedChanges[] = [];
  for (const one of ownership.changes) if (!(await givenFor(from, ownership, one))) found.push(one);
  return found;
}
