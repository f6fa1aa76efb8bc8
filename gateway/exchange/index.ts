export { dueAfter, readDay } from './clock/index.ts';
