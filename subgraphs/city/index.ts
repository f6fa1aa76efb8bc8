export { createCity } from './city.ts';
export type * from './records.ts';
