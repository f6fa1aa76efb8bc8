export { type AssertedRequest, type AssertionSigner, openAssertionSigner } from './assertion/signer.ts';
export { type AskedOperation, type Broker, createBroker, type KeptOperation } from './broker.ts';
export { digestOf } from './digest.ts';
export { createEngine } from './engine.ts';
export { formatFailure } from './errors.ts';
export {
  judgeMeasure,
  type MeasureLimits,
  measureOperation,
  type OperationLimits,
  tooComplex,
} from './operation/index.ts';
export { cursorSeal } from './paging/seal.ts';
export type { Answer, BrokerParts, ProviderListener, ProviderQuestion } from './parts.ts';
export { createPlanners, type Planners } from './plan/thread/planner-thread.ts';
export { createSlots, type Subscriber, type Subscription } from './subscribe/index.ts';
export { createPools } from './upstream/pools.ts';
export { createProviderSockets, type ProviderSockets } from './upstream/sockets.ts';
export { createUpstream, type Upstream } from './upstream/upstream.ts';
