export { type Calendar, createCalendar, type Day, dayOf, isDay, nextDay, startOf } from './calendar.ts';
export { beforeDue, type Due, dueAfter, endOf, instantOf, readDay } from './due.ts';
export { readNotices } from './notices.ts';
export { type OpenCalendar, openCalendar } from './open-calendar.ts';
export { type RuleSet, readRuleSets, ruleSetOn } from './rule-sets.ts';
