import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Disclosure } from '../../../gateway/ledger/index.ts';
import { createEntryReader, parseEntry } from '../../../gateway/ledger/search/entry.ts';
import { sliceRecord } from '../../../gateway/ledger/search/record-slices.ts';
import { addSubjects, SubjectKeys } from '../../../gateway/ledger/search/subject-keys.ts';
import { disclosure, disclosureText } from './disclosures.ts';

const ID = '0198c0de-0000-7000-8000-000000000000';
const SUBJECT = 'w3jOcf4AtSBEJ5J5Jwmkz3aRJbCwxYb4yh8L8yqsXyY';
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const hash = fc.string({ unit: fc.constantFrom(...BASE64URL), minLength: 43, maxLength: 43 });
const id = fc.uuid({ version: 7 });
/** Texts that look like the record around them, and such as PostgreSQL does not have. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('办件 1', '","matter":"x', ',"rows":7', '],"errors":[', '{},null', '\0', '\\', 'null'),
);
const decision = fc.record(
  {
    coordinate: text,
    effect: fc.constantFrom('ALLOW', 'DENY'),
    code: text,
    mask: text,
    provider: text,
    policies: fc.array(text, { maxLength: 2 }),
  },
  { requiredKeys: ['coordinate', 'effect', 'policies'] },
);
const nullable = fc.option(text);
const drawn = fc.record({
  id,
  time: fc.nat({ max: 2 ** 45 }),
  department: nullable,
  operator: nullable,
  use: nullable,
  matter: nullable,
  operationName: nullable,
  decisions: fc.array(decision, { maxLength: 2 }),
  grants: fc.array(text, { maxLength: 2 }),
  providers: fc.array(
    fc.record({ subgraph: text, outcome: fc.constantFrom('OK', 'TIMEOUT'), calls: fc.nat() }),
    {
      maxLength: 2,
    },
  ),
  rows: fc.nat(),
  subjects: fc.oneof(fc.array(hash, { maxLength: 120 }), fc.array(fc.oneof(hash, text), { maxLength: 4 })),
  errors: fc.array(text, { maxLength: 2 }),
});
const record = (one: object): Disclosure =>
  ({ ...disclosure('x' as Disclosure['id']), operation: 'o', ...one }) as Disclosure;

/** Put into a record, each of them may change what it says, or make it none. */
const PIECES = [
  '"',
  '\\',
  ',',
  ']',
  '}',
  '0',
  '.5',
  'A',
  '\u0001',
  '"matter":"other",',
  ',"rows":3',
  ',"subjects":[]',
  '","',
  '\\u0041',
  ' ',
  '-',
  'e3',
  '政',
];

/** What a reader makes of a record, or that it refuses. */
function readingOf(read: (bytes: Buffer, keys: SubjectKeys) => unknown, line: string) {
  const keys = new SubjectKeys();
  keys.add(1, 2); // Of the record before.
  try {
    return { entry: read(Buffer.from(line), keys), subjects: keys.since(0) };
  } catch {
    return 'refused';
  }
}

describe('a record on its way into the index', () => {
  it('is taken apart as parsing would, also the second time, when it is not parsed at all', () => {
    const read = createEntryReader();
    fc.assert(
      fc.property(drawn, (one) => {
        const line = disclosureText(record(one));
        for (let times = 0; times < 2; times++)
          expect(readingOf(read, line)).toEqual(readingOf(parseEntry, line));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is parsed, or refused, when anything in it was changed', () => {
    const piece = fc.constantFrom(...PIECES);
    fc.assert(
      fc.property(drawn, piece, fc.nat(), fc.nat(12), (one, more, where, removed) => {
        const subjects = [SUBJECT, ...one.subjects];
        const line = disclosureText(record({ ...one, matter: 'YX-1', operator: 'clerk', subjects }));
        const at = where % line.length;
        const changed = line.slice(0, at) + more + line.slice(at + removed);
        const read = createEntryReader();
        readingOf(read, line); // What it has in common with the unchanged one is known.
        for (let times = 0; times < 2; times++)
          expect(readingOf(read, changed)).toEqual(readingOf(parseEntry, changed));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is parsed, or refused, with each of these pieces at each place of it', () => {
    const errors = ['A'];
    const subscription = { id: 'x', part: 'END', reason: 'CLOSING' };
    const subjects = [SUBJECT];
    const one = record({ id: ID, matter: '1', errors, subscription, subjects });
    const line = disclosureText(one);
    const read = createEntryReader();
    readingOf(read, line);
    for (let at = 0; at <= line.length; at++)
      for (const piece of PIECES) {
        const changed = line.slice(0, at) + piece + line.slice(at);
        expect(readingOf(read, changed), changed).toEqual(readingOf(parseEntry, changed));
      }
  });

  it('is parsed when a member stands in it twice, of which the last counts', () => {
    const read = createEntryReader();
    for (const matter of ['M', 'N', 'M', 'N']) {
      const one = disclosureText(record({ id: ID, matter }));
      const line = one.replace('"grants":[]', '"grants":[],"matter":"M"');
      expect(readingOf(read, line)).toEqual(readingOf(parseEntry, line));
    }
  });

  it('is taken apart without parsing as it is written today', () => {
    const subjects = [SUBJECT];
    const subscription = { id: 'x', part: 'END', reason: 'CLOSING' };
    for (const more of [{}, { errors: ['A', 'B'] }, { subscription }, { subjects }, { matter: '办件 1' }]) {
      const one = record({ id: ID, rows: 3, ...more });
      const bytes = Buffer.from(disclosureText(one));
      const slices = sliceRecord(bytes);
      expect(slices).toMatchObject({ rows: '3', matter: JSON.stringify(one.matter) });
      const { begin = 0, end = 0 } = slices?.subjects ?? {};
      const keys = new SubjectKeys();
      expect([addSubjects(keys, bytes, begin, end), keys.count]).toEqual([true, one.subjects.length]);
    }
  });
});
