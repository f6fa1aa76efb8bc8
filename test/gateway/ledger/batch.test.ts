import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batch } from '../../../gateway/ledger/batch.ts';
import type { Disclosure } from '../../../gateway/ledger/index.ts';
import { remembered } from '../../../gateway/ledger/remembered.ts';
import { encodeLine } from '../../../gateway/ledger/segment.ts';
import { SUITES, suiteOf } from '../../../gateway/ledger/suite.ts';
import { hashLeaf } from '../../../gateway/ledger/tree.ts';
import { disclosure, disclosureText } from './disclosures.ts';

/** Texts that look like the record around them are the ones that could break it. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"decisions":0', '\\"decisions":0', ',"decisions":0,', '"decisions":[]'),
);
const decision = fc.record({
  coordinate: text,
  effect: fc.constantFrom('ALLOW', 'DENY'),
  policies: fc.array(text, { maxLength: 3 }),
});

/** Some of them longer than the memory that a batch begins with. */
const piece = fc.oneof(
  { weight: 20, arbitrary: fc.string({ unit: 'grapheme' }) },
  { weight: 5, arbitrary: fc.string({ unit: 'grapheme' }).map((one) => Buffer.from(one)) },
  { weight: 1, arbitrary: fc.constantFrom('披'.repeat(30_000), 'x'.repeat(100_000)) },
);

describe('a record on its way into the file', () => {
  it('is written as JSON.stringify writes it, also when its decisions were written before', () => {
    fc.assert(
      fc.property(
        fc.array(decision, { maxLength: 4 }),
        text,
        text,
        fc.nat(150),
        (drawn, matter, name, size) => {
          const decisions = drawn as unknown as Disclosure['decisions'];
          const subjects = Array.from({ length: size }, (_, index) => `subject ${index}`);
          const one = {
            ...disclosure('a' as Disclosure['id']),
            decisions,
            matter,
            operationName: name,
            subjects,
          };
          for (let again = 0; again < 2; again++) expect(disclosureText(one)).toBe(JSON.stringify(one));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(SUITES)('has the line and the leaf that it would have alone (%s)', (name) => {
    const suite = suiteOf(name);
    const batch = new Batch(suite);
    fc.assert(
      fc.property(fc.array(fc.array(piece, { maxLength: 3 }), { maxLength: 5 }), (records) => {
        batch.clear();
        for (const pieces of records) batch.add(pieces);
        const texts = records.map((pieces) => pieces.join(''));
        expect(batch.bytes.toString()).toBe(texts.map(encodeLine).join(''));
        expect(batch.leaves).toEqual(texts.map((one) => hashLeaf(suite, one)));
      }),
    );
  });
});

it('what is remembered is what was computed, however much is asked for', () => {
  let computed = 0;
  const known = remembered(3, (asked) => {
    computed++;
    return `<${asked}>`;
  });
  for (const asked of ['a', 'b', 'a', 'c', 'a', 'd', 'a', 'e', 'f', 'g', 'h', 'b'])
    expect(known(asked)).toBe(`<${asked}>`);
  expect(computed).toBe(9);
});
