export { pace } from './pace.ts';
export type { Feed, Sample } from './sample.ts';
export { saturate } from './saturate.ts';
