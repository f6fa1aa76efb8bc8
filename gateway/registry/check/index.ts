export {
  type CheckInput,
  checkSubgraph,
  type Examined,
  examineRetirement,
  examineSubgraph,
  requiredCoordinates,
  type StandaloneCheck,
} from './check.ts';
export { FINDING_CODES, type Finding, type FindingCode, finding } from './finding.ts';
export { mismatchFinding, urlFinding } from './reach.ts';
export type { SeenOperation } from './seen-operation.ts';
