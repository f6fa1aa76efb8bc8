import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AssertionOptions, assertionVerifier } from './assertion.ts';
import type { OperationOptions } from './operations.ts';
import { buildSubgraph, type Resolvers } from './schema.ts';
import { type RunningSubgraph, serveSubgraph } from './serve.ts';

/** A provider's subgraph: everything but where it listens. */
export interface Provider<Context> {
  readonly name: string;
  readonly sdl: string;
  readonly resolvers: Resolvers;
  readonly context: OperationOptions<Context>['context'];
}

export interface StartOptions extends AssertionOptions {
  /** URL or file of the gateway's public keys. */
  readonly jwks: string;
  readonly port?: number;
  readonly onRequest?: NonNullable<OperationOptions<unknown>['onRequest']>;
}

/** Starts a provider's subgraph: executable schema, the gateway's assertion checked, HTTP. */
export function startProvider<Context>(
  provider: Provider<Context>,
  options: StartOptions,
): Promise<RunningSubgraph> {
  return serveSubgraph({
    schema: buildSubgraph(provider.sdl, provider.resolvers),
    verify: assertionVerifier(provider.name, options.jwks, options),
    context: provider.context,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.onRequest && { onRequest: options.onRequest }),
  });
}

/** Reads a subgraph's `schema.graphql`. The working directory is the project's root. */
export function readSchema(name: string): string {
  return readFileSync(join('subgraphs', name, 'schema.graphql'), 'utf8');
}
