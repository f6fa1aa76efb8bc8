import type { Database } from '../../store/index.ts';
import { arrayText, type Batch } from './batch.ts';
import type { Kind } from './entry.ts';
import { BEGINNING, type Position } from './records.ts';

/**
 * One statement, so all of it or nothing: the place in the ledger moves on only from where it stood, and records are added
 * only if it moved. Whoever comes second, or again after an answer that was lost, adds nothing.
 */
const STORE = `
with moved as (
  update ledger_index set segment = $2, bytes = $3, records = $4
  where ledger = $1 and segment = $5 and bytes = $6 and records = $7 returning number
), kinds as (
  insert into disclosure_kinds (id, department, use, operation_name, decisions, providers, detail)
  select k.id, k.department, k.use, k.operation_name, k.decisions::jsonb, k.providers::text[], k.detail::jsonb
  from moved, unnest($8::text::uuid[], $9::text::text[], $10::text::text[], $11::text::text[], $12::text::text[],
    $13::text::text[], $14::text::text[]) as k (id, department, use, operation_name, decisions, providers, detail)
  on conflict (id) do nothing
), added as (
  insert into disclosures (id, kind, ledger, record, time, operator, matter, rows, operation, subjects)
  select d.id, d.kind, moved.number, d.record, d.time, d.operator, d.matter, d.rows, d.operation, d.subjects::bigint[]
  from moved, unnest($15::text::uuid[], $16::text::uuid[], $17::text::bigint[], $18::text::bigint[], $19::text::text[],
    $20::text::text[], $21::text::int[], $22::text::text[], $23::text::text[])
    as d (id, kind, record, time, operator, matter, rows, operation, subjects)
  on conflict do nothing
)
select count(*) as moved from moved`;

/** The tables of one ledger's index. */
export interface IndexWriter {
  /** Where indexing stopped. */
  position(): Promise<Position>;
  /** True when the batch is in; false when somebody else has moved on meanwhile. */
  store(batch: Batch): Promise<boolean>;
  /** Removes what was deleted from the ledger: records in these ranges. */
  forget(ranges: readonly (readonly [number, number])[]): Promise<void>;
  /** Empties the index of this ledger, to be made anew from the files. */
  clear(): Promise<void>;
}

/** Kinds that are known to be in the table are not sent again. */
const KEPT_KINDS = 10_000;

export function createIndexWriter(database: Database, ledger: string): IndexWriter {
  const known = new Set<string>();
  return {
    async position() {
      await database.query(
        'insert into ledger_index (ledger, segment, bytes, records) values ($1, $2, $3, $4) on conflict do nothing',
        [ledger, BEGINNING.segment, BEGINNING.bytes, BEGINNING.records],
      );
      const [row] = await database.query(
        'select segment, bytes, records from ledger_index where ledger = $1',
        [ledger],
      );
      return { segment: Number(row?.segment), bytes: Number(row?.bytes), records: Number(row?.records) };
    },
    async store({ from, to, kinds, columns }) {
      const unknown = kinds.filter(({ id }) => !known.has(id));
      const [row] = await database.query(STORE, [
        ledger,
        ...[to.segment, to.bytes, to.records, from.segment, from.bytes, from.records],
        ...kindColumns(unknown),
        ...columns,
      ]);
      if (Number(row?.moved) !== 1) return false;
      if (known.size > KEPT_KINDS) known.clear();
      for (const { id } of unknown) known.add(id);
      return true;
    },
    async forget(ranges) {
      for (const [begin, end] of ranges)
        await database.query(
          `delete from disclosures d using ledger_index i
           where i.ledger = $1 and d.ledger = i.number and d.record >= $2 and d.record < $3`,
          [ledger, begin, end],
        );
    },
    async clear() {
      await database.transaction(async (transaction) => {
        await transaction.query(
          'delete from disclosures d using ledger_index i where i.ledger = $1 and d.ledger = i.number',
          [ledger],
        );
        await transaction.query(
          'update ledger_index set segment = $2, bytes = $3, records = $4 where ledger = $1',
          [ledger, ...[BEGINNING.segment, BEGINNING.bytes, BEGINNING.records]],
        );
      });
      known.clear();
    },
  };
}

function kindColumns(kinds: readonly Kind[]): string[] {
  const column = (value: (kind: Kind) => string | null): string => arrayText(kinds.map(value));
  return [
    column(({ id }) => id),
    column(({ department }) => department),
    column(({ use }) => use),
    column(({ operationName }) => operationName),
    column(({ decisions }) => decisions),
    column(({ providers }) => arrayText(providers)),
    column(({ detail }) => detail),
  ];
}
