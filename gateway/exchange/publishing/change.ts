import type { Finding, SchemaChange } from '../../registry/index.ts';
import { administers } from '../../roles.ts';
import type { Queryable } from '../../store/index.ts';
import { type Consent, consentsOf } from '../consents/consent.ts';
import type { Caller } from '../module.ts';
import { answeredBefore, once, type Request } from '../once.ts';
import { Refused } from '../refused.ts';
import type { CheckParts } from './check.ts';
import {
  beginChange,
  type LiveState,
  Moved,
  type PublicationRow,
  readCurrent,
  readPublication,
} from './publications.ts';
import { readVersionById, type Version } from './versions.ts';

export interface PublishingParts extends CheckParts {
  nextId(): string;
  now(): number;
  /** Codes of the departments that hold grants for what a live subgraph provides. */
  holders(subgraph: string): readonly string[];
  /** Resolves when this instance serves what is live; instances that could not say why elsewhere. */
  catchUp(): Promise<boolean>;
}

/** What a change of what is live came to: what stands against it, or what it brought about. */
export interface Outcome {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly forced: readonly Finding[];
  readonly diff: readonly SchemaChange[];
  readonly version: Version | null;
  readonly publication: PublicationRow | null;
  /** What owners of others' coordinates have been asked for it. */
  readonly consents: readonly Consent[];
}

export function refusedFor(
  findings: readonly Finding[],
  diff: readonly SchemaChange[] = [],
  consents: readonly Consent[] = [],
): Outcome {
  return { ok: false, findings, forced: [], diff, version: null, publication: null, consents };
}

/** What a change has written, as an idempotency key remembers it. */
export interface Written {
  readonly version: string | null;
  readonly publication: string | null;
  /** Consents that were asked for. */
  readonly consents?: readonly string[];
}

/** What is to be written once everything has been checked against `state`. */
export type Change =
  | { readonly ok: false; readonly outcome: Outcome }
  | { readonly ok: true; write(transaction: Queryable): Promise<Written> };

/** Others may publish while a check is under way: then it is made again, so many times. */
const ATTEMPTS = 10;

/**
 * Changes what is live: `prepare` checks against what is live, without a transaction as that takes long, and says what to write; it is
 * written only while the same is live. Returns when this instance serves the result.
 */
export async function changeLive(
  parts: PublishingParts,
  request: Request,
  prepare: (state: LiveState) => Promise<Change>,
): Promise<Outcome> {
  const { database } = parts;
  const before = await answeredBefore<Written>(database, request);
  if (before) return outcomeOf(parts, before);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const state = await readCurrent(database);
    if (!state) throw new Error('nothing has been published yet');
    const change = await prepare(state);
    if (!change.ok) return change.outcome;
    try {
      const written = await once(database, request, async (transaction) => {
        await beginChange(transaction, state.publication.number);
        return change.write(transaction);
      });
      await parts.catchUp();
      return await outcomeOf(parts, written);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
    }
  }
  throw new Refused('CONFLICT', { what: '发布 publication', id: request.mutation, version: 0 });
}

async function outcomeOf(
  { database }: PublishingParts,
  { version, publication, consents = [] }: Written,
): Promise<Outcome> {
  const written = version === null ? null : await readVersionById(database, version);
  const state = publication === null ? null : await readPublication(database, publication);
  return {
    ok: true,
    findings: [],
    forced: [],
    diff: written?.diff ?? [],
    version: written,
    publication: state?.publication ?? null,
    consents: await consentsOf(database, consents),
  };
}

/** Refuses unless the subgraph is the caller's, or the caller administers the platform. */
export function requireOwner(
  parts: Pick<CheckParts, 'nameOf'>,
  { department }: Caller,
  owner: string,
  what: string,
): void {
  if (owner === department.code || administers(department)) return;
  throw new Refused('FORBIDDEN', { what, who: parts.nameOf(owner) });
}
