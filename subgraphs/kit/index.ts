export {
  type Assertion,
  type AssertionOptions,
  assertionVerifier,
  type Consumer,
  type VerifyAssertion,
} from './assertion.ts';
export { createFeed, type Feed } from './feed.ts';
export { creditCodeCheck, idNumberCheck, isCreditCode, isIdNumber } from './identifiers.ts';
export { createLoader } from './loader.ts';
export type { SubgraphRequest } from './operations.ts';
export { type Provider, readSchema, type StartOptions, startProvider } from './provider.ts';
export { buildSubgraph, type Resolvers } from './schema.ts';
export { type RunningSubgraph, serveSubgraph } from './serve.ts';
