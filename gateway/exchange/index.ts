export { createExchange, type Exchange } from './api.ts';
export { EXPORT_FORMATS } from './catalogue/export/export.ts';
export { dueAfter, readDay, readRuleSets } from './clock/index.ts';
