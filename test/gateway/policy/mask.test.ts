import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskFor } from '../../../gateway/policy/index.ts';
import { type DepartmentCode, MASK_RULES } from '../../../gateway/words.ts';

const key = Buffer.alloc(32, 1);
const mask = (
  rule: (typeof MASK_RULES)[number],
  consumer = 'A',
  source: string | null = 'P',
  coordinate = 'Person.idNumber',
) => {
  const codes = { consumer: consumer as DepartmentCode, source: source as DepartmentCode | null };
  return maskFor(rule, { ...codes, coordinate }, key);
};

test.each([
  ['NAME', '张三', '张*'],
  ['NAME', '欧阳文博', '欧阳**'],
  ['NAME', '张', '***'],
  ['ID_NUMBER', '990101196107101177', '990101********1177'],
  ['PHONE', '10012345678', '100****5678'],
  ['PHONE', '1001', '***'],
  ['ADDRESS', '云溪市溪北区望江路1号', '云溪市溪北区***'],
  ['ADDRESS', '望江路1号', '***'],
  ['ADDRESS', '和平路1号阳光小区3栋', '***'],
  ['ADDRESS', '云溪市和平路1号阳光小区3栋', '***'],
  ['ADDRESS', '云溪市阳光小区3栋', '***'],
  ['ADDRESS', '云溪市南塘县书院街8号', '云溪市南塘县***'],
  ['BANK_CARD', '6200000000001234', '************1234'],
  ['YEAR', '1961-07-10', '1961'],
  ['YEAR', 'unknown', '***'],
  ['REDACT', 'anything', '***'],
] as const)('%s masks %s to %s', (rule, value, shown) => {
  expect(mask(rule)(value)).toBe(shown);
});

describe.each(MASK_RULES)('%s', (rule) => {
  test('null stays null, and what is no text is not shown', () => {
    expect([null, 7, true, { a: 1 }].map(mask(rule))).toEqual([null, null, null, null]);
  });

  test('never shows a value whole', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), (value) => {
        fc.pre(!value.includes('*'));
        return mask(rule)(value) !== value;
      }),
    );
  });
});

test('two consumers cannot join their pseudonyms, one can', () => {
  expect(mask('PSEUDONYM', 'A')('x')).toBe(mask('PSEUDONYM', 'A')('x'));
  expect(mask('PSEUDONYM', 'A')('x')).not.toBe(mask('PSEUDONYM', 'B')('x'));
});

test('a pseudonym is of one item from one source: what another department, or another field, echoes is another', () => {
  const known = mask('PSEUDONYM')('x');
  expect(mask('PSEUDONYM', 'A', 'Q')('x')).not.toBe(known);
  expect(mask('PSEUDONYM', 'A', 'P', 'Person.phone')('x')).not.toBe(known);
});

test.each([
  ['its own values', 'A'],
  ['values whose source cannot be told', null],
])('a consumer gets no pseudonyms of %s', (_, source) => {
  expect(mask('PSEUDONYM', 'A', source)('x')).toBe('***');
});
