import { z } from 'zod';
import type { Database, Queryable, Row } from '../../store/index.ts';
import { type DepartmentCode, type GrantId, MASK_RULES, USES } from '../../words.ts';
import type { Grant, GrantSource } from './grant.ts';
import { ScopeConditionEntry } from './scope.ts';

interface Reporter {
  error(facts: object, message: string): void;
  info(facts: object, message: string): void;
}

export interface DatabaseGrantsOptions {
  readonly database: Database;
  readonly report: Reporter;
  /** Told when the copy can no longer be confirmed, and when it can again. */
  readonly onStale?: (isStale: boolean) => void;
}

/** How often the copy is confirmed although nothing was heard; and after how many times without an answer it is stale. */
const CONFIRM_MS = 500;
const MOST_UNCONFIRMED = 6;
/** An answer that has not come by then is not waited for: it is asked for again. */
const ANSWER_MS = 5_000;
/** Grants that have ended are kept this long, to tell "expired" from "never granted". */
const KEPT_DAYS = 400;

/**
 * Grants from the database, in a copy that is never waited for. It is made anew when any instance tells of a change at its commit
 * (`grants_changed`), and confirmed twice a second in case nothing was heard. A copy that could not be confirmed for about three seconds
 * grants nothing: what it says may have been revoked. Counted in rounds, not in time: an instance that stood still has answered nobody.
 */
export async function databaseGrants(options: DatabaseGrantsOptions): Promise<GrantSource> {
  const { database, report } = options;
  const listeners = new Set<() => void>();
  let grants: readonly Grant[] = [];
  let revision = -1;
  let unconfirmed = 0;
  let isStale = false;
  let isClosed = false;
  let asked: Promise<void> | null = null;
  let round = 0;

  const show = (next: readonly Grant[]): void => {
    grants = next;
    for (const listener of listeners) listener();
  };
  /** Reads the copy when the database has a later one, and confirms it. */
  const confirm = async (): Promise<void> => {
    round++;
    const mine = round;
    const [row] = await database.ahead.query('select revision from grant_revision');
    const latest = Number(row?.revision);
    if (latest !== revision || isStale) {
      const copy = await readGrants(database.ahead);
      if (isClosed || mine !== round) return; // An answer that was given up must not undo a later one.
      revision = copy.revision;
      if (isStale) {
        isStale = false;
        options.onStale?.(false);
      }
      show(copy.grants);
      report.info({ grants: copy.grants.length, revision }, 'grants read from the database');
    }
    if (mine === round) unconfirmed = 0;
  };
  const ask = (): Promise<void> => {
    if (asked) return asked;
    const mine: Promise<void> = Promise.race([confirm().catch(() => undefined), pause(ANSWER_MS)]).finally(
      () => {
        if (asked === mine) asked = null;
      },
    );
    asked = mine;
    return mine;
  };
  const heard = async (): Promise<void> => {
    // What is being asked may have been answered before the change: ask once more after it.
    if (asked) await asked;
    await ask();
  };

  await confirm();
  await database.listen('grants_changed', () => void heard());
  const timer = setInterval(() => {
    unconfirmed++;
    if (unconfirmed > MOST_UNCONFIRMED && !isStale) {
      isStale = true;
      report.error({ revision }, 'the database cannot be reached: no grant in it is in force until it can');
      options.onStale?.(true);
      show([]);
    }
    void ask();
  }, CONFIRM_MS);
  timer.unref();
  return {
    current: () => grants,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

async function readGrants(
  database: Queryable,
): Promise<{ readonly revision: number; readonly grants: readonly Grant[] }> {
  // One statement, one snapshot: these grants are those of this revision.
  const [row] = await database.query(
    `select revision, (
       select coalesce(jsonb_agg(jsonb_build_object(
         'id', id, 'holder', holder, 'coordinates', coordinates, 'uses', uses, 'status', status,
         'scope', scope, 'masks', masks, 'quotaPerDay', quota_per_day, 'contact', contact,
         'validFrom', (extract(epoch from valid_from) * 1000)::int8,
         'validUntil', (extract(epoch from valid_until) * 1000)::int8) order by id), '[]')
       from grants where valid_until > now() - make_interval(days => $1)) as grants
     from grant_revision`,
    [KEPT_DAYS],
  );
  return parseCopy(row);
}

const Copy = z.object({
  revision: z.number(),
  grants: z.array(
    z
      .object({
        id: z.string(),
        holder: z.string(),
        coordinates: z.array(z.string()),
        uses: z.array(z.enum(USES)),
        status: z.string(),
        validFrom: z.number(),
        validUntil: z.number(),
        scope: z.array(ScopeConditionEntry),
        masks: z.record(z.string(), z.enum(MASK_RULES)),
        quotaPerDay: z.number().nullable(),
        contact: z.string().nullable(),
      })
      .transform(({ status, holder, masks, ...one }): Grant & { readonly status: string } => ({
        ...one,
        masks: new Map(Object.entries(masks)),
        status,
        id: one.id as GrantId,
        department: holder as DepartmentCode,
      })),
  ),
});

/** A grant that cannot be read is no grant, and a copy that holds one is no copy: it is not confirmed, and so grants nothing. */
function parseCopy(row: Row | undefined): { readonly revision: number; readonly grants: readonly Grant[] } {
  const { revision, grants } = Copy.parse(row);
  const shown = grants
    .filter(({ status }) => status !== 'SUSPENDED')
    .map(({ status, ...grant }) =>
      // Ended by hand: whatever this machine's clock says, it was never in force and is over.
      status === 'ACTIVE' ? grant : { ...grant, validUntil: grant.validFrom },
    );
  return { revision, grants: shown };
}
