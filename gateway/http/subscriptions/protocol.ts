import type { IncomingMessage } from 'node:http';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import { makeServer } from 'graphql-ws';
import { type Answer, createSlots, digestOf } from '../../broker/index.ts';
import type { Failure, Language } from '../../errors.ts';
import type { Authenticated } from '../gatekeeper.ts';
import { languageOf } from '../language.ts';
import { readAsked } from './asked.ts';
import { type OpeningParts, openOperation } from './open-operation.ts';
import { errorOf, errorsOf, resultOf } from './results.ts';

export interface ProtocolParts extends OpeningParts {
  readonly limits: ProtocolLimits;
  /** Takes note of a defect, and says what a consumer is told of it. */
  defect(error: unknown): Failure;
}

export interface ProtocolLimits {
  /** Sockets that one department may have at once. */
  readonly perDepartment: number;
  /** Operations at once on one socket. */
  readonly perConnection: number;
  /** A socket that does not say who it is is closed after this long. */
  readonly initMs: number;
}

/** What is known of one socket. */
export interface Connection {
  readonly request: IncomingMessage;
  /** Cuts the socket off: it asks for more than anybody may. */
  cutOff(): void;
  language: Language;
  authorization: string | undefined;
  authenticated: Extract<Authenticated, { ok: true }> | null;
  /** Gives the department's place back. */
  release(): void;
  /** Operations that were refused because there were too many. */
  refused: number;
  isClosed: boolean;
}

export function newConnection(request: IncomingMessage, cutOff: () => void): Connection {
  return {
    request,
    cutOff,
    language: languageOf(request.headers['accept-language']),
    authorization: request.headers.authorization,
    authenticated: null,
    release: () => undefined,
    refused: 0,
    isClosed: false,
  };
}

/**
 * graphql-transport-ws, by the library: who connects (`connection_init` with `authorization`), and what each `subscribe`
 * message opens. Queries and mutations come this way too, and go the same way as by HTTP.
 */
export function createProtocol(parts: ProtocolParts) {
  const { gatekeeper, limits } = parts;
  const places = createSlots(limits.perDepartment);
  /** What the library is to run, by the arguments that it was given for it. */
  const opened = new WeakMap<ExecutionArgs, ExecutionResult | AsyncGenerator<ExecutionResult, void>>();
  const busy = new Set<Promise<unknown>>();
  const run = (args: ExecutionArgs) => opened.get(args) ?? { errors: [] };

  const refuse = async (
    failure: Failure,
    { authenticated, language }: Connection,
    about: string,
  ): Promise<readonly GraphQLError[]> => {
    const principal = authenticated?.principal ?? null;
    return errorsOf(await parts.service().broker.refuse(digestOf(about), [failure], principal), language);
  };

  const connect = async (
    connection: Connection,
    params: Readonly<Record<string, unknown>>,
  ): Promise<boolean> => {
    const language = textIn(params, 'accept-language');
    if (language !== undefined) connection.language = languageOf(language);
    connection.authorization = textIn(params, 'authorization') ?? connection.authorization;
    const authenticated = await gatekeeper.identify(connection.authorization, 'query');
    if (!authenticated.ok) {
      await refuse(authenticated.failure, connection, '');
      return false;
    }
    const release = places.take(authenticated.principal.department);
    connection.authenticated = authenticated;
    if (!release) await refuse(exceeded(limits.perDepartment), connection, '');
    else if (connection.isClosed) release();
    else connection.release = release;
    return release !== null;
  };

  const open = async (
    connection: Connection,
    atOnce: number,
    payload: { readonly query: string },
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const tooMany = async (failure: Failure) => {
      if (++connection.refused > limits.perConnection) connection.cutOff();
      return refuse(failure, connection, payload.query);
    };
    if (atOnce > limits.perConnection) return tooMany(exceeded(limits.perConnection));
    const { authorization, language } = connection;
    const entry = await gatekeeper.admit(authorization, 1, 'query');
    if (!entry.ok && entry.failure.code === 'QUOTA_EXCEEDED') return tooMany(entry.failure);
    if (!entry.ok) return refuse(entry.failure, connection, payload.query);
    const asked = readAsked(payload);
    if (!asked) return refuse(MALFORMED, connection, payload.query);
    const operation = await openOperation(
      parts,
      { authorization, authenticated: entry, mayChange: true },
      asked,
    );
    if (operation.kind === 'refused') return errorsOf(operation.answer, language);
    const { schema, document } = operation;
    const args: ExecutionArgs = { schema, document };
    opened.set(
      args,
      operation.kind === 'answered'
        ? resultOf(operation.answer, language)
        : resultsOf(operation.answers, language),
    );
    return args;
  };

  const server = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: limits.initMs,
    execute: run,
    subscribe: run,
    onConnect: ({ extra, connectionParams }) => connect(extra, connectionParams ?? {}),
    async onSubscribe({ extra, subscriptions }, _id, payload) {
      const opening = open(extra, Object.keys(subscriptions).length, payload).catch((error: unknown) => [
        errorOf(parts.defect(error), extra.language),
      ]);
      busy.add(opening);
      return opening.finally(() => busy.delete(opening));
    },
    onError({ extra }, _id, _payload, errors) {
      const [cause] = errors.map((one) => one.originalError);
      if (cause instanceof Ended) return cause.errors.map((one) => one.toJSON());
      return cause ? [errorOf(parts.defect(cause), extra.language).toJSON()] : undefined;
    },
    onClose({ extra }) {
      extra.isClosed = true;
      extra.release();
    },
  });
  return {
    opened: server.opened,
    /** Resolves when the operations that are being answered now have been. */
    settled: () => Promise.all(busy),
  };
}

/** A stream has come to an end that is not its natural one; the protocol's `error` message tells it. */
class Ended extends Error {
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super('the subscription has ended');
    this.errors = errors;
  }
}

function resultsOf(
  answers: AsyncGenerator<Answer, void>,
  language: Language,
): AsyncGenerator<ExecutionResult, void> {
  return {
    async next() {
      const { done, value } = await answers.next();
      if (done) return { done: true, value: undefined };
      if (!value.data) throw new Ended(errorsOf(value, language));
      return { done: false, value: resultOf(value, language) };
    },
    return: () => answers.return().then(() => ({ done: true, value: undefined })),
    throw: (error) => answers.throw(error).then(() => ({ done: true, value: undefined })),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const MALFORMED: Failure = {
  code: 'BAD_USER_INPUT',
  details: { detail: 'subscribe 消息的 payload 不是 GraphQL 请求 the payload is no GraphQL request' },
};

function exceeded(limit: number): Failure {
  return { code: 'SUBSCRIPTIONS_EXCEEDED', details: { limit } };
}

/** A text by its name, in whatever case: `connection_init` stands in for HTTP headers. */
function textIn(params: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const found = Object.entries(params).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : undefined;
}
