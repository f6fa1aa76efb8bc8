export { createExchange, type Exchange } from './api.ts';
export { dueAfter, readDay } from './clock/index.ts';
