import { oversees } from '../../roles.ts';
import type { Level } from '../../words.ts';
import { type Calendar, type Day, dayOf, isDay, type RuleSet } from '../clock/index.ts';
import { type Connection, connectionOf, type PageInput, readPage } from '../connection.ts';
import type { Caller, Resolvers } from '../module.ts';
import { once } from '../once.ts';
import { badInput, notFound } from '../refused.ts';
import { type CatalogueStore, changeWithin } from './catalogue.ts';
import { type CatalogueChange, type ChangeInput, changeOf, closeChange, reportChange } from './changes.ts';
import { type DraftInput, discardDraft, saveDraft } from './drafts.ts';
import { type Entry, entryOf } from './entry.ts';
import { type CatalogueFilter, findEntries, findEntry } from './find.ts';
import { freshnessOf } from './freshness.ts';
import { type ProviderHealth, providerDays } from './health.ts';

export interface CatalogueParts extends CatalogueStore {
  readonly ruleSets: readonly RuleSet[];
  readonly level: Level;
  readonly calendar: Calendar;
  readonly health: ProviderHealth;
  /** Code of a department by its code or name; what is neither stays as it is. */
  departmentCode(codeOrName: string): string;
  /** Code of the department whose subgraph it is. */
  ownerOf(subgraph: string): Promise<string | null>;
}

const LONGEST_PERIOD_MS = 366 * 86_400_000;

interface Keyed {
  readonly idempotencyKey?: string | null;
}

/** The catalogue (政务信息资源目录), as the exchange API has it. */
export function catalogueApi(parts: CatalogueParts): Resolvers {
  const { database } = parts;
  const entryFor = async (code: string, caller: Caller): Promise<Entry> => {
    const entry = await findEntry(database, code, caller.principal.department);
    if (!entry) throw notFound('目录条目 catalogue entry', code);
    return entry;
  };
  const changeFor = async (id: string): Promise<CatalogueChange> => {
    const [row] = await database.query('select * from catalogue_changes where id = $1', [id]);
    if (!row) throw notFound('变更 change', id);
    return changeOf(row, parts.now());
  };
  return {
    Query: {
      catalogue: async (_, filter: CatalogueFilter & PageInput, caller) => {
        const page = readPage(filter);
        const wanted = { ...page, limit: page.limit + 1 };
        const viewer = caller.principal.department;
        const rows = await findEntries(database, filter, viewer, parts.departmentCode, wanted);
        return connectionOf(rows, page, entryOf);
      },
      catalogueEntry: (_, { code }: { code: string }, caller) =>
        findEntry(database, code, caller.principal.department),
      catalogueChanges: (_, asked: ChangesAsked, caller) => listChanges(parts, asked, caller),
      providerDays: async (_, { from, to, subgraph }: DaysAsked, { department }) => {
        const today = dayOf(parts.now());
        const period = { from: readDate(from, today), to: readDate(to, today) };
        if (Date.parse(period.to) - Date.parse(period.from) > LONGEST_PERIOD_MS)
          throw badInput('from, to: 至多一年 at most a year');
        await parts.health.flush();
        const days = await providerDays(database, { ...period, subgraph: subgraph ?? null });
        if (oversees(department)) return days;
        // How well somebody answers is everybody's to know; how often they are asked is not.
        const owners = new Map<string, string | null>();
        for (const name of new Set(days.map((one) => one.subgraph)))
          owners.set(name, await parts.ownerOf(name));
        return days.map((one) =>
          owners.get(one.subgraph) === department.code
            ? one
            : { ...one, calls: null, failures: null, timeouts: null },
        );
      },
    },
    Mutation: {
      saveCatalogueDraft: async (_, { input }: { input: DraftInput & Keyed }, caller) => {
        const request = { caller, mutation: 'saveCatalogueDraft', key: input.idempotencyKey, input };
        const code = await once(database, request, (transaction) =>
          saveDraft(parts, transaction, caller, input),
        );
        return entryFor(code, caller);
      },
      discardCatalogueDraft: async (_, { input }: { input: Discarding & Keyed }, caller) => {
        const request = { caller, mutation: 'discardCatalogueDraft', key: input.idempotencyKey, input };
        const code = await once(database, request, (transaction) =>
          discardDraft(parts, transaction, caller, input),
        );
        return entryFor(code, caller);
      },
      reportCatalogueChange: async (_, { input }: { input: ChangeInput & Keyed }, caller) => {
        const request = { caller, mutation: 'reportCatalogueChange', key: input.idempotencyKey, input };
        return changeFor(
          await once(database, request, (transaction) => reportChange(parts, transaction, caller, input)),
        );
      },
      closeCatalogueChange: async (_, { input }: { input: Closing & Keyed }, caller) => {
        const request = { caller, mutation: 'closeCatalogueChange', key: input.idempotencyKey, input };
        return changeFor(
          await once(database, request, (transaction) => closeChange(parts, transaction, caller, input)),
        );
      },
      reportUpdated: async (_, { input }: { input: Updated & Keyed }, caller) => {
        const request = { caller, mutation: 'reportUpdated', key: input.idempotencyKey, input };
        const code = await once(database, request, (transaction) =>
          changeWithin(transaction, () => reportUpdated(parts, transaction, caller, input)),
        );
        return entryFor(code, caller);
      },
    },
    Resource: {
      freshness: (entry: Entry) => freshnessOf(entry, parts.now()),
      history: async ({ code }: Entry, asked: PageInput) => {
        const page = readPage(asked);
        const rows = await database.query(
          `select id, version, what, by_department, reason, entry, at from catalogue_history
           where code = $1 and ($2::text is null or id < $2) order by id desc limit $3`,
          [code, page.after, page.limit + 1],
        );
        return connectionOf(rows, page, (row) => ({
          id: String(row.id),
          version: row.version,
          what: row.what,
          providerCode: String(row.by_department),
          reason: row.reason,
          at: row.at,
          elements: JSON.stringify(row.entry),
        }));
      },
    },
  };
}

interface ChangesAsked extends PageInput {
  readonly open?: boolean | null;
  readonly overdue?: boolean | null;
}
interface DaysAsked {
  readonly from?: string | null;
  readonly to?: string | null;
  readonly subgraph?: string | null;
}
interface Discarding {
  readonly code: string;
  readonly version: number;
  readonly reason: string;
}
interface Closing {
  readonly id: string;
  readonly version: number;
  readonly note: string;
}
interface Updated {
  readonly code: string;
  readonly lastUpdated: string;
}

/** A department sees its own; the platform administrator and the auditor see all. */
async function listChanges(
  parts: CatalogueParts,
  asked: ChangesAsked,
  { department, principal }: Caller,
): Promise<Connection<CatalogueChange>> {
  const page = readPage(asked);
  const now = parts.now();
  const seesAll = oversees(department);
  const rows = await parts.database.query(
    `select * from catalogue_changes
     where ($1::text is null or department = $1) and ($2::text is null or id < $2)
       and ($3::boolean is null or (closed_at is null) = $3)
       and ($4::boolean is null or (coalesce(closed_at, $5) > due::timestamptz) = $4)
     order by id desc limit $6`,
    [
      seesAll ? null : principal.department,
      page.after,
      asked.open ?? null,
      asked.overdue ?? null,
      new Date(now),
      page.limit + 1,
    ],
  );
  return connectionOf(rows, page, (row) => changeOf(row, now));
}

function readDate(text: string | null | undefined, today: Day): Day {
  const day = text ?? today;
  if (!isDay(day)) throw badInput(`${day} 不是日期 is not a date (YYYY-MM-DD)`);
  return day;
}

/** The provider says when it last brought the data of a resource up to date (Measures Art. 13). */
async function reportUpdated(
  parts: CatalogueParts,
  transaction: Parameters<Parameters<CatalogueParts['database']['transaction']>[0]>[0],
  caller: Caller,
  { code, lastUpdated }: Updated,
): Promise<string> {
  const at = Date.parse(lastUpdated);
  if (Number.isNaN(at) || at > parts.now())
    throw badInput('lastUpdated: 应为不晚于现在的时刻 an instant not after now');
  const rows = await transaction.query(
    'update catalogue_entries set last_updated = $3 where code = $1 and provider = $2 returning code',
    [code, caller.principal.department, new Date(at)],
  );
  if (rows.length === 0) throw notFound('目录条目 catalogue entry', code);
  return code;
}
