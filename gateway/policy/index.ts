export { fileGrants } from './grants/file.ts';
export { type Grant, type GrantSource, isGranted } from './grants/grant.ts';
export { maskFor } from './mask/mask.ts';
export { createPolicy, type Entitlement, type Policy } from './policy.ts';
