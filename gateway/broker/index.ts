export { type AssertionSigner, openAssertionSigner } from './assertion/signer.ts';
export { type Answer, type Broker, type BrokerParts, createBroker, type ProviderQuestion } from './broker.ts';
export { digestOf } from './digest.ts';
export { createEngine } from './engine.ts';
export { formatFailure } from './errors.ts';
export { createUpstream, type Upstream } from './upstream/upstream.ts';
