export { Places } from './blame.ts';
export { decideInput, grantsOf } from './decide.ts';
export { type Guarding, guardOperation } from './guard.ts';
export type { Identified } from './identified.ts';
export type { Entitlement, Judge, Judged, Recipient } from './judge.ts';
export { pruneOperation } from './prune.ts';
export type { RowScope } from './scope.ts';
export { judgeSending } from './sending.ts';
export { addSubjects, type Behind, type Subjects } from './subjects.ts';
export {
  type GuardedVariable,
  guardedVariables,
  guardVariables,
  type VariableGuarding,
} from './variables.ts';
