export { type AssertionSigner, openAssertionSigner } from './assertion/signer.ts';
export { type AskedOperation, type Broker, createBroker, type KeptOperation } from './broker.ts';
export { digestOf } from './digest.ts';
export { createEngine } from './engine.ts';
export { formatFailure } from './errors.ts';
export type { Answer, BrokerParts, ProviderListener, ProviderQuestion } from './parts.ts';
export { createSlots, type Subscriber, type Subscription } from './subscribe/index.ts';
export { createProviderSockets, type ProviderSockets } from './upstream/sockets.ts';
export { createUpstream, type Upstream } from './upstream/upstream.ts';
