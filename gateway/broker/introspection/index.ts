export { createIntrospection, type Introspection, type Told } from './introspection.ts';
export { askedOfProviders, askedOfSchema } from './parts.ts';
