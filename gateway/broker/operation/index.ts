export { type Admission, type AdmissionRules, type Admitted, admitOperation, type Refusal } from './admit.ts';
export { type CostModel, type ListSize, NO_COSTS } from './cost.ts';
export { DEFAULT_LIMITS, judgeCost, type OperationLimits } from './limits.ts';
export { extractOperation, operationOf } from './normalise.ts';
export { type OnDenied, type StatedPurpose, statedPurpose } from './purpose.ts';
