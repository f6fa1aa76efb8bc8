import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Consumer } from './assertion.ts';

/** What the gateway asked, as a provider sees it; for the provider's own audit. */
export interface SubgraphRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly consumer: Consumer;
}

export interface OperationOptions<Context> {
  readonly schema: GraphQLSchema;
  /** Makes the context of one request (of a subscription: of one event): loaders, and for whom it is. */
  context(consumer: Consumer): Context;
  /** Called with each request that the gateway vouches for. */
  onRequest?(request: SubgraphRequest): void;
}

/** An operation that is valid; which kind it is decides how it is answered. */
export interface ValidOperation {
  readonly kind: OperationTypeNode;
  readonly document: DocumentNode;
}

/** Executes what the gateway asks, whichever way it comes. */
export interface Operations {
  readonly schema: GraphQLSchema;
  /** Parses and validates, once for each text. Null when it is not valid. */
  admit(query: string): ValidOperation | null;
  answer(operation: ValidOperation, request: SubgraphRequest): Promise<ExecutionResult>;
  /** The events of a subscription, or why there are none. */
  subscribe(
    operation: ValidOperation,
    request: SubgraphRequest,
  ): Promise<AsyncGenerator<ExecutionResult, void> | ExecutionResult>;
}

const KEPT_DOCUMENTS = 1_000;

export function createOperations<Context>(options: OperationOptions<Context>): Operations {
  const { schema } = options;
  const documents = new LRUCache<string, ValidOperation>({ max: KEPT_DOCUMENTS });
  const argumentsOf = ({ document }: ValidOperation, request: SubgraphRequest): ExecutionArgs => ({
    schema,
    document,
    variableValues: request.variables,
    contextValue: options.context(request.consumer),
  });
  return {
    schema,
    admit(query) {
      const known = documents.get(query);
      if (known) return known;
      const operation = validated(schema, query);
      if (operation) documents.set(query, operation);
      return operation;
    },
    async answer(operation, request) {
      options.onRequest?.(request);
      return withoutInternals(await execute(argumentsOf(operation, request)));
    },
    async subscribe(operation, request) {
      options.onRequest?.(request);
      const events = await createSourceEventStream(argumentsOf(operation, request));
      if (!(Symbol.asyncIterator in events)) return withoutInternals(events);
      // A context of its own for each event: a loader must not answer with what it loaded for the last one.
      return mapEvents(events, async (rootValue) =>
        withoutInternals(await execute({ ...argumentsOf(operation, request), rootValue })),
      );
    },
  };
}

function validated(schema: GraphQLSchema, query: string): ValidOperation | null {
  try {
    const document = parse(query);
    const kind = getOperationAST(document)?.operation;
    return kind && validate(schema, document).length === 0 ? { kind, document } : null;
  } catch {
    return null;
  }
}

/** Ending the result ends the source, also while it waits for an event. */
function mapEvents<From, To>(
  source: AsyncIterable<From>,
  map: (event: From) => Promise<To>,
): AsyncGenerator<To, void> {
  const events = source[Symbol.asyncIterator]();
  const end = async (): Promise<IteratorReturnResult<void>> => {
    await events.return?.();
    return { done: true, value: undefined };
  };
  const stream: AsyncGenerator<To, void> = {
    async next() {
      const { done, value } = await events.next();
      return done ? { done: true, value: undefined } : { done: false, value: await map(value) };
    },
    return: end,
    async throw(error) {
      await end();
      throw error;
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}

export function failed(message: string, code = 'INTERNAL_SERVER_ERROR'): ExecutionResult {
  return { errors: [new GraphQLError(message, { extensions: { code } })] };
}

/** Errors keep their path and code; what an exception says stays inside. */
function withoutInternals(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map((error) => {
    const isOwn = error.originalError instanceof GraphQLError || !error.originalError;
    const message = isOwn ? error.message : 'the field could not be resolved';
    const code = isOwn ? (error.extensions.code ?? 'BAD_USER_INPUT') : 'INTERNAL_SERVER_ERROR';
    return new GraphQLError(message, { ...(error.path && { path: error.path }), extensions: { code } });
  });
  return { ...result, errors };
}
