import type { CatalogueResource } from '../../registry/index.ts';
import type { Database, Queryable } from '../../store/index.ts';
import type { Zone } from '../../words.ts';
import { issueCode, learnCode } from './codes.ts';
import { Elements, type Entry, elementsOf, entryOf, wordsOf } from './entry.ts';

/** Serialises whatever issues codes, in all instances. */
const LOCK = 5_120_160_906;

export interface CatalogueStore {
  readonly database: Database;
  /** The network whose catalogue it is. */
  readonly zone: Zone;
  nextId(): string;
  now(): number;
  /** Name of a department, for the search. */
  departmentName(code: string): string;
}

/** Runs a change of the catalogue alone: codes are counted, and versions follow each other. */
export function changeCatalogue<T>(
  { database }: CatalogueStore,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  return database.transaction((transaction) => changeWithin(transaction, () => work(transaction)));
}

/** The same inside a transaction that has begun. */
export async function changeWithin<T>(transaction: Queryable, work: () => Promise<T>): Promise<T> {
  await transaction.query('select pg_advisory_xact_lock($1)', [LOCK]);
  return work();
}

export type Event = 'DRAFTED' | 'REVISED' | 'PUBLISHED' | 'CHANGED' | 'WITHDRAWN' | 'RETURNED' | 'DISCARDED';

interface Stored {
  readonly code: string;
  readonly status: Entry['status'];
  readonly provider: string;
  readonly subgraph: string | null;
  readonly type: string | null;
  readonly elements: Elements;
}

/** Writes an entry's new version and its line of history. */
export async function writeEntry(
  store: CatalogueStore,
  transaction: Queryable,
  stored: Stored,
  event: { readonly what: Event; readonly by: string; readonly reason: string | null },
): Promise<void> {
  const { code, status, provider, subgraph, type, elements } = stored;
  const entry = JSON.stringify(elements);
  const at = new Date(store.now());
  const words = wordsOf(code, store.departmentName(provider), type, elements);
  const [row] = await transaction.query(
    `insert into catalogue_entries (code, status, provider, subgraph, type, version, entry, words, changed_at)
     values ($1, $2, $3, $4, $5, 1, $6, $7, $8)
     on conflict (code) do update set status = $2, subgraph = $4, type = $5, version = catalogue_entries.version + 1,
       entry = $6, words = $7, changed_at = $8
     returning version`,
    [code, status, provider, subgraph, type, entry, words, at],
  );
  await transaction.query(
    `insert into catalogue_history (id, code, version, what, by_department, reason, entry, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [store.nextId(), code, row?.version, event.what, event.by, event.reason, entry, at],
  );
}

/**
 * Brings the catalogue in line with what is live: it is read from the published schemas, never typed twice (Measures Art. 7).
 * New resources get a code, changed ones a version, and those that are no longer published are withdrawn; their codes stay
 * theirs. Doing it again, or in several instances, changes nothing.
 */
export async function followPublication(
  store: CatalogueStore,
  resources: readonly CatalogueResource[],
  reason: string | null,
): Promise<void> {
  await changeCatalogue(store, async (transaction) => {
    const rows = await transaction.query('select * from catalogue_entries where subgraph is not null');
    const published = new Map(
      rows.map((row) => [`${String(row.subgraph)} ${String(row.type)}`, entryOf(row)]),
    );
    for (const resource of resources) {
      const place = `${resource.subgraph} ${resource.type}`;
      await followResource(store, transaction, resource, published.get(place) ?? null, reason);
      published.delete(place);
    }
    for (const entry of published.values()) {
      if (entry.status === 'WITHDRAWN') continue;
      const { code, providerCode: provider, subgraph, type } = entry;
      const stored = {
        code,
        status: 'WITHDRAWN',
        provider,
        subgraph,
        type,
        elements: elementsOnly(entry),
      } as const;
      await writeEntry(store, transaction, stored, { what: 'WITHDRAWN', by: provider, reason });
    }
  });
}

async function followResource(
  store: CatalogueStore,
  transaction: Queryable,
  resource: CatalogueResource,
  kept: Entry | null,
  reason: string | null,
): Promise<void> {
  const elements = elementsOf(resource);
  const isSame =
    kept && kept.status === 'LIVE' && JSON.stringify(elementsOnly(kept)) === JSON.stringify(elements);
  if (isSame && (resource.code === null || resource.code === kept.code)) return;
  const code = resource.code ?? kept?.code ?? (await issueCode(transaction, elements.classification));
  if (resource.code) await learnCode(transaction, elements.classification, code);
  const provider = resource.provider.code;
  const { subgraph, type } = resource;
  if (kept && kept.code !== code) {
    // The schema names another code than it was given before: that one is spent.
    const spent = { code: kept.code, status: 'WITHDRAWN', provider, subgraph: null, type: null } as const;
    const event = { what: 'WITHDRAWN', by: provider, reason } as const;
    await writeEntry(store, transaction, { ...spent, elements: elementsOnly(kept) }, event);
  }
  const what = !kept ? 'PUBLISHED' : kept.status === 'WITHDRAWN' ? 'RETURNED' : 'CHANGED';
  await writeEntry(
    store,
    transaction,
    { code, status: 'LIVE', provider, subgraph, type, elements },
    { what, by: provider, reason },
  );
  if (what !== 'PUBLISHED') await closeChanges(store, transaction, code, provider);
}

/** A change of law or duties (Art. 8) that waited for this entry is followed by its new version. */
async function closeChanges(
  store: CatalogueStore,
  transaction: Queryable,
  code: string,
  provider: string,
): Promise<void> {
  await transaction.query(
    `update catalogue_changes set closed_at = $2, closed_by = $3, closing_note = $4, version = version + 1
     where code = $1 and closed_at is null`,
    [code, new Date(store.now()), provider, '目录已更新 the entry was updated'],
  );
}

/** The elements of an entry, in the order in which they are compared and kept. */
export function elementsOnly(entry: Entry): Elements {
  return Elements.parse(entry);
}
