import { fieldsCase } from './cases/grown.ts';
import { allCases } from './cases/index.ts';
import { describeDuring, measureDuring } from './publishing/during.ts';
import { measureSteps } from './publishing/steps.ts';

/**
 * `npm run bench:publishing [-- steps city large]`: how long a publication takes, step by step, and what warm queries notice of it, in
 * the demonstration city and in a supergraph of 50 subgraphs with 10,000 fields.
 */
const COUNT = 50;
const FIELDS = 10_000;
const parts = process.argv.slice(2);
const isAsked = (part: string): boolean => parts.length === 0 || parts.includes(part);

if (isAsked('steps')) await measureSteps(COUNT, FIELDS);
const two = allCases(true).find(({ id }) => id === 'two');
if (!two) throw new Error('no case of two fetches');
if (isAsked('city') || isAsked('large')) {
  console.log(
    '\n| queries, two fetches, at half load, while versions are published | requests/s | p50 before | during, ms | p99 before | during, ms | p99 × | publications | p99 by round |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |');
}
if (isAsked('city'))
  console.log(describeDuring('city, 7 subgraphs', await measureDuring({ one: two, seconds: 10, rounds: 3 })));
if (isAsked('large')) {
  const one = { ...two, ...fieldsCase(COUNT, FIELDS) };
  console.log(
    describeDuring(
      `${COUNT} subgraphs, ${FIELDS} fields`,
      await measureDuring({ one, seconds: 20, rounds: 3 }),
    ),
  );
}
process.exit(0);
