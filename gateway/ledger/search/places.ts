import type { Database } from '../../store/index.ts';
import { recordsIn } from './chunk.ts';
import { subjectNumber } from './subject-keys.ts';

/** A record by its place in the tree of a ledger, which has a number in the index. */
export interface Place {
  readonly ledger: number;
  readonly record: number;
}

/**
 * Of each chunk the one block that a subject is in, which is some hundred bytes of some million; and the records that are in no
 * chunk yet, which are few. Their upper bound is beyond them all: with two bounds the database knows that they are few, too.
 */
const FIND = `
select c.ledger, c.first, k.subject::text as subject,
  substring(c.postings from 4 * ((1 << c.bits) + 1) + 12 * b.begin + 1 for 12 * (b.behind - b.begin)) as block
from disclosure_subjects c cross join unnest($1::bigint[]) as k (subject)
cross join lateral (
  select encode(substring(c.postings
    from 4 * (k.subject >> (64 - greatest(c.bits, 1)) & ((1 << c.bits) - 1))::int + 1 for 8), 'hex') as hex offset 0) as h
cross join lateral (
  select ('x' || left(hex, 8))::bit(32)::int as begin, ('x' || right(hex, 8))::bit(32)::int as behind offset 0) as b
where b.behind > b.begin
union all
select d.ledger, d.record, k.subject::text, null
from unnest($2::int[], $3::bigint[]) as i (ledger, packed) cross join lateral (
  select d.ledger, d.record, d.subjects from disclosures d
  where d.ledger = i.ledger and d.record >= i.packed and d.record < i.packed + ${2 ** 40} offset 0) as d
cross join unnest($1::bigint[]) as k (subject)
where position(int8send(k.subject) in d.subjects) > 0 and exists (
  select from generate_series(1, octet_length(d.subjects), 8) as at
  where substring(d.subjects from at for 8) = int8send(k.subject))`;

/** The records that are about one of some subjects, given by their keyed hashes. */
export async function findPlaces(database: Database, subjects: readonly string[]): Promise<readonly Place[]> {
  // What is packed between these two is found in both.
  const ledgers = await database.query('select number, packed from ledger_index');
  const rows = await database.query(FIND, [
    subjects.map(subjectNumber),
    ledgers.map(({ number }) => number),
    ledgers.map(({ packed }) => packed),
  ]);
  const places = new Map<string, Place>();
  for (const row of rows) {
    const first = Number(row.first);
    const records =
      row.block instanceof Uint8Array ? recordsIn(row.block, first, BigInt(String(row.subject))) : [first];
    for (const record of records)
      places.set(`${row.ledger} ${record}`, { ledger: Number(row.ledger), record });
  }
  return [...places.values()];
}
