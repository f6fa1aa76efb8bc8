export { dueAfter, readDay } from './due.ts';
