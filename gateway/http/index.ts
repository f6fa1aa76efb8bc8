export { createCatalogueRoutes } from './exchange/catalogue.ts';
export { createExchangeEndpoint } from './exchange/endpoint.ts';
export { createGatekeeper } from './gatekeeper.ts';
export { createApolloDoor } from './graphql/apollo-door.ts';
export { createGraphqlEndpoint, type Service } from './graphql/endpoint.ts';
export { createOpenRoutes, createRoutes } from './routes.ts';
export { listen } from './server.ts';
export { createPush, type Push } from './subscriptions/push.ts';
