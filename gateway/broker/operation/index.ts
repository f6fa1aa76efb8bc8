export { type Admission, type AdmissionRules, type Admitted, admitOperation, type Refusal } from './admit.ts';
export { fragmentsOf } from './fragments.ts';
export { isIncluded } from './included.ts';
export { judgeCost, judgeMeasure, type MeasureLimits, type OperationLimits, tooComplex } from './limits.ts';
export { measureOperation } from './measure.ts';
export { extractOperation, operationOf } from './normalise.ts';
export {
  isUnreadableMatter,
  MATTER_LIMIT,
  type OnDenied,
  type PurposeSource,
  type StatedPurpose,
  statedPurpose,
} from './purpose.ts';
