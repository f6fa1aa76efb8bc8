import type { Case } from './case.ts';
import { CITY_CASES, rowsCase } from './city.ts';
import { fieldsCases, subgraphsCase } from './grown.ts';

export { type Case, CONNECTIONS } from './case.ts';

/** Everything that is measured. `quick` leaves out sizes in the middle of a series. */
export function allCases(quick: boolean): readonly Case[] {
  const rows = quick ? [1, 100, 10_000] : [1, 10, 100, 1_000, 10_000];
  const subgraphs = quick ? [2, 50] : [2, 5, 10, 25, 50];
  const fields = quick ? [100, 10_000] : [100, 1_000, 10_000];
  return [
    ...CITY_CASES,
    ...rows.map(rowsCase),
    ...subgraphs.map(subgraphsCase),
    ...fields.flatMap(fieldsCases),
  ];
}
