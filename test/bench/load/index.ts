export { pace } from './pace.ts';
export type { Feed } from './sample.ts';
export { saturate } from './saturate.ts';
