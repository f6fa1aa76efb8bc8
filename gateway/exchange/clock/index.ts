export { type Day, dayOf, isDay } from './calendar.ts';
export { type Due, dueAfter, readDay } from './due.ts';
export { type RuleSet, readRuleSets, ruleSetOn } from './rule-sets.ts';
