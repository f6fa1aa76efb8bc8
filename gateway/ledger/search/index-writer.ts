import type { Database, Queryable } from '../../store/index.ts';
import { arrayText } from './array-text.ts';
import type { Batch } from './batch.ts';
import { type Piece, packChunk, pieceOf } from './chunk.ts';
import type { Kind } from './entry.ts';
import { BEGINNING, type Position } from './records.ts';

/**
 * One statement, so all of it or nothing: the place in the ledger moves on only from where it stood, and records are added
 * only if it moved. Whoever comes second, or again after an answer that was lost, adds nothing.
 */
const STORE = `
with moved as (
  update ledger_index set segment = $2, bytes = $3, records = $4, packed = coalesce($28::bigint, packed)
  where ledger = $1 and segment = $5 and bytes = $6 and records = $7
  returning number
), kinds as (
  insert into disclosure_kinds (id, department, use, operation_name, decisions, providers, detail)
  select k.id, k.department, k.use, k.operation_name, k.decisions::jsonb, k.providers::text[], k.detail::jsonb
  from moved, unnest($8::text::uuid[], $9::text::text[], $10::text::text[], $11::text::text[], $12::text::text[],
    $13::text::text[], $14::text::text[]) as k (id, department, use, operation_name, decisions, providers, detail)
  on conflict (id) do nothing
), added as (
  insert into disclosures (id, kind, ledger, record, time, operator, matter, rows, operation, subjects)
  select d.id, d.kind, moved.number, d.record, d.time, d.operator, d.matter, d.rows, d.operation,
    substring($25::bytea from 8 * (d.behind - d.count) + 1 for 8 * d.count)
  from moved, unnest($15::text::uuid[], $16::text::uuid[], $17::text::bigint[], $18::text::bigint[], $19::text::text[],
    $20::text::text[], $21::text::int[], $22::text::text[], $23::text::int[], $24::text::int[])
    as d (id, kind, record, time, operator, matter, rows, operation, count, behind)
  on conflict do nothing
), packed as (
  insert into disclosure_subjects (ledger, first, until, bits, postings)
  select moved.number, $27, $28, $26, $29::bytea from moved where $29::bytea is not null
)
select count(*) as moved from moved`;

/** Where indexing stopped, and the subjects that are in no chunk yet. */
export interface Stopped {
  readonly position: Position;
  readonly unpacked: Piece;
}

/** The tables of one ledger's index. */
export interface IndexWriter {
  stopped(): Promise<Stopped>;
  /** True when the batch is in; false when somebody else has moved on meanwhile. */
  store(batch: Batch): Promise<boolean>;
  /** Removes what was deleted from the ledger: records in these ranges. True when some were not known to be gone already. */
  forget(ranges: readonly (readonly [number, number])[]): Promise<boolean>;
  /** Empties the index of this ledger, to be made anew from the files. */
  clear(): Promise<void>;
}

/** Kinds that are known to be in the table are not sent again. */
const KEPT_KINDS = 10_000;

export function createIndexWriter(database: Database, ledger: string): IndexWriter {
  const known = new Set<string>();
  const forgotten = new Set<string>();
  return {
    async stopped() {
      known.clear(); // Somebody else may have moved on, or the database gone back.
      await database.query(
        'insert into ledger_index (ledger, segment, bytes, records) values ($1, $2, $3, $4) on conflict do nothing',
        [ledger, BEGINNING.segment, BEGINNING.bytes, BEGINNING.records],
      );
      return database.transaction(async (transaction) => {
        const [row] = await transaction.query(
          'select number, segment, bytes, records, packed from ledger_index where ledger = $1 for share',
          [ledger],
        );
        const records = Number(row?.records);
        const position = { segment: Number(row?.segment), bytes: Number(row?.bytes), records };
        const unpacked = await readPiece(transaction, Number(row?.number), Number(row?.packed), records);
        return { position, unpacked };
      });
    },
    async store({ from, to, kinds, columns, subjects, chunk }) {
      const unknown = kinds.filter(({ id }) => !known.has(id));
      const [row] = await database.query(STORE, [
        ledger,
        ...[to.segment, to.bytes, to.records, from.segment, from.bytes, from.records],
        ...kindColumns(unknown),
        ...columns,
        subjects,
        ...(chunk ? [chunk.bits, chunk.first, chunk.until, chunk.postings] : [null, null, null, null]),
      ]);
      if (Number(row?.moved) !== 1) return false;
      if (known.size > KEPT_KINDS) known.clear();
      for (const { id } of unknown) known.add(id);
      return true;
    },
    async forget(ranges) {
      const deleted = ranges.filter((one) => !forgotten.has(String(one)));
      for (const range of deleted) {
        await database.transaction((transaction) => forgetRange(transaction, ledger, range));
        forgotten.add(String(range));
      }
      return deleted.length > 0;
    },
    async clear() {
      await database.transaction(async (transaction) => {
        for (const table of ['disclosures', 'disclosure_subjects'])
          await transaction.query(
            `delete from ${table} d using ledger_index i where i.ledger = $1 and d.ledger = i.number`,
            [ledger],
          );
        await transaction.query(
          'update ledger_index set segment = $2, bytes = $3, records = $4, packed = 0 where ledger = $1',
          [ledger, ...[BEGINNING.segment, BEGINNING.bytes, BEGINNING.records]],
        );
      });
      known.clear();
    },
  };
}

/** Of a chunk that covers more than the range, what is left is packed again. */
async function forgetRange(
  transaction: Queryable,
  ledger: string,
  [begin, end]: readonly [number, number],
): Promise<void> {
  await transaction.query(
    `delete from disclosures d using ledger_index i
     where i.ledger = $1 and d.ledger = i.number and d.record >= $2 and d.record < $3`,
    [ledger, begin, end],
  );
  const chunks = await transaction.query(
    `delete from disclosure_subjects s using ledger_index i
     where i.ledger = $1 and s.ledger = i.number and s.first < $3 and s.until > $2 returning s.ledger, s.first, s.until`,
    [ledger, begin, end],
  );
  for (const chunk of chunks) {
    const left = await readPiece(transaction, Number(chunk.ledger), Number(chunk.first), Number(chunk.until));
    if (left.records.length === 0) continue;
    const { first, until, bits, postings } = packChunk(left);
    await transaction.query(
      'insert into disclosure_subjects (ledger, first, until, bits, postings) values ($1, $2, $3, $4, $5)',
      [chunk.ledger, first, until, bits, postings],
    );
  }
}

async function readPiece(queryable: Queryable, ledger: number, first: number, until: number): Promise<Piece> {
  const rows = await queryable.query(
    `select record, subjects from disclosures
     where ledger = $1 and record >= $2 and record < $3 and subjects <> '' order by record`,
    [ledger, first, until],
  );
  return pieceOf(
    rows.map(({ record, subjects }) => ({ record: Number(record), subjects: bytesOf(subjects) })),
  );
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error('the database gives no bytes');
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
