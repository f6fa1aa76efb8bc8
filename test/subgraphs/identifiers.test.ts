import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCity } from '../../subgraphs/city/index.ts';
import { idNumberCheck, isCreditCode, isIdNumber } from '../../subgraphs/kit/index.ts';

const city = createCity();
const people = new Set(city.people.map((one) => one.idNumber));

test('every identifier of the city is valid, unique and of the region that is assigned to no place', () => {
  expect(people.size).toBe(city.people.length);
  expect(new Set(city.enterprises.map((one) => one.uscc)).size).toBe(city.enterprises.length);
  expect(city.people.every((one) => isIdNumber(one.idNumber) && one.idNumber.startsWith('990101'))).toBe(
    true,
  );
  expect(city.enterprises.every((one) => isCreditCode(one.uscc))).toBe(true);
  expect(city.properties.every((one) => one.unitNumber.length === 28)).toBe(true);
});

test('the departments have valid credit codes', () => {
  const departments: { code: string }[] = JSON.parse(readFileSync('schema/departments.json', 'utf8'));
  expect(departments.filter((one) => !isCreditCode(one.code))).toEqual([]);
});

test('marriages hold on both sides', () => {
  for (const [person, { spouse }] of city.marriages) {
    if (spouse !== null) expect(city.marriages.get(spouse)?.spouse).toBe(person);
  }
});

test('the examples of the documentation are in the city', () => {
  const examples = JSON.parse(readFileSync('schema/examples.json', 'utf8'));
  expect(people.has(examples.person)).toBe(true);
  expect(city.enterprises.some((one) => one.uscc === examples.enterprise)).toBe(true);
  expect(city.properties.some((one) => one.unitNumber === examples.property)).toBe(true);
});

test('one wrong digit is always noticed', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^\d{17}$/),
      fc.nat(16),
      fc.integer({ min: 1, max: 9 }),
      (digits, at, change) => {
        const valid = digits + idNumberCheck(digits);
        const changed = `${valid.slice(0, at)}${(Number(valid[at]) + change) % 10}${valid.slice(at + 1)}`;
        return isIdNumber(valid) && !isIdNumber(changed);
      },
    ),
  );
});
