export { fileGrants } from './grants/file.ts';
export { type Grant, type GrantSource, isGranted } from './grants/grant.ts';
export {
  isRowCondition,
  type MatterCondition,
  type RowCondition,
  SCOPE_OPERATORS,
  type ScopeCondition,
  ScopeConditionEntry,
  type ScopeOperator,
  type ScopeValue,
} from './grants/scope.ts';
export { maskFor } from './mask/mask.ts';
export { createPolicy, type Entitlement, type Policy } from './policy.ts';
