export { type DemonstrationIssuer, openDemonstrationIssuer } from './demonstration.ts';
export { type Department, type DepartmentDirectory, readDepartments } from './departments.ts';
export { createIdentity, type Identity, type TrustedIssuer } from './identity.ts';
