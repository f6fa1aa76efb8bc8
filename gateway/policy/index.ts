export {
  isRowCondition,
  type MatterCondition,
  type RowCondition,
  SCOPE_OPERATORS,
  type ScopeCondition,
  type ScopeOperator,
  type ScopeValue,
} from '../words.ts';
export { grantToCedar } from './grants/cedar.ts';
export { checkScope, type ScopeFault } from './grants/check-scope.ts';
export { databaseGrants } from './grants/database.ts';
export { fileGrants } from './grants/file.ts';
export { type Grant, type GrantSource, holdersOf, isGranted } from './grants/grant.ts';
export { holds } from './grants/holds.ts';
export { fixedGrants, joinGrants } from './grants/join.ts';
export { ScopeConditionEntry } from './grants/scope.ts';
export { subjectField, subjectFields } from './grants/subject-field.ts';
export { maskFor } from './mask/mask.ts';
export { createPolicy, type Entitlement, type Policy } from './policy.ts';
