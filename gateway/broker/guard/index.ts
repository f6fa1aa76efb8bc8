export { decideInput, type Entitlement, grantsOf, type Judge, type Judged } from './decide.ts';
export { type Guarding, guardOperation } from './guard.ts';
export type { Identified } from './identified.ts';
export { pruneOperation } from './prune.ts';
export type { RowScope } from './scope.ts';
export { addSubjects, type Behind, type Subjects } from './subjects.ts';
export {
  type GuardedVariable,
  guardedVariables,
  guardVariables,
  type VariableGuarding,
} from './variables.ts';
