export { type AssertionSigner, openAssertionSigner } from './assertion/signer.ts';
export { type Broker, createBroker } from './broker.ts';
export { digestOf } from './digest.ts';
export { createEngine } from './engine.ts';
export { formatFailure } from './errors.ts';
export type { Answer, BrokerParts, ProviderQuestion } from './parts.ts';
export { createUpstream, type Upstream } from './upstream/upstream.ts';
