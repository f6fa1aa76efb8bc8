export { createExchange, type Exchange } from './api.ts';
export { EXPORT_FORMATS } from './catalogue/export/export.ts';
export { dueAfter, readDay, readRuleSets } from './clock/index.ts';
export { readMisuseRules } from './findings/rules.ts';
export { openMessageSigner } from './notifications/signature.ts';
export type { Dispute } from './objections/disputes.ts';
export { createSealer } from './sealed.ts';
