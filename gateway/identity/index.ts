export { type DemonstrationIssuer, openDemonstrationIssuer } from './demonstration.ts';
export {
  changingDirectory,
  type Department,
  type DepartmentDirectory,
  parseDepartment,
  readDepartments,
} from './departments.ts';
export { createIdentity, type Identity, type TrustedIssuer } from './identity.ts';
