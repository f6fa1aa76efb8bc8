import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Subjects, SubjectTable } from '../../../gateway/ledger/subject-table.ts';

const hashOf = (text: string): string => `#${text}`;

function addAsBytes(to: Subjects, text: string): void {
  const body = Buffer.from(`{"id":"${text}"}`);
  to.addBytes(body, 7, body.length - 2);
}

describe('whom an answer is about', () => {
  it('is gathered once each, in order, whether read from bytes or from values, and beside other answers', () => {
    const step = fc.record({
      answer: fc.nat({ max: 2 }),
      text: fc.oneof(
        fc.constantFrom('990101196107101177', '', '甲', 'a', 'b'),
        fc.string({ unit: 'grapheme', maxLength: 80 }),
      ),
      asBytes: fc.boolean(),
    });
    const table = new SubjectTable(hashOf); // One for all runs: it knows many by and by.
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const answers = [0, 1, 2].map(() => ({ gathered: table.gather(), expected: new Set<string>() }));
        for (const { answer, text, asBytes } of steps) {
          const one = answers[answer];
          if (!one) continue;
          if (asBytes) addAsBytes(one.gathered, text);
          else one.gathered.add(text);
          one.expected.add(hashOf(text));
        }
        for (const { gathered, expected } of answers) expect(gathered.hashes).toEqual([...expected]);
      }),
      { numRuns: 500 },
    );
  });

  it('is complete when there are more of them than are remembered', () => {
    const table = new SubjectTable(hashOf);
    const gathered = table.gather();
    const many = Array.from({ length: 40_000 }, (_, n) => `99010119${n}`);
    for (const one of [...many, ...many]) gathered.add(one);
    expect(gathered.hashes).toEqual(many.map(hashOf));
    expect(table.hashOf('990101191')).toBe('#990101191');
  });

  it('is nobody where there is no value', () => {
    const gathered = new SubjectTable(hashOf).gather();
    gathered.add(null);
    gathered.add(undefined);
    expect(gathered.hashes).toEqual([]);
    gathered.add(7);
    expect(gathered.hashes).toEqual(['#7']);
  });
});
