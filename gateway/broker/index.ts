export { type Answer, type Broker, type BrokerParts, createBroker, type ProviderQuestion } from './broker.ts';
export { digestOf } from './digest.ts';
export { formatFailure } from './errors.ts';
