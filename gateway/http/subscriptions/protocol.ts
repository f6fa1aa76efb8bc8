import type { IncomingMessage } from 'node:http';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import { makeServer } from 'graphql-ws';
import { type Answer, createSlots, digestOf } from '../../broker/index.ts';
import type { Failure, Language } from '../../errors.ts';
import { revived } from '../../exact-json.ts';
import { callerOf } from '../address.ts';
import type { Authenticated } from '../gatekeeper.ts';
import { readAsked } from '../graphql/asked.ts';
import { languageOf } from '../language.ts';
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
  /** Whom its operations count on while it is not known (`callerOf`). */
  readonly caller: string;
  /** To be called when it is known who it is. */
  identified(): void;
  /** Cuts the socket off: it asks for more than anybody may. */
  cutOff(): void;
  language: Language;
  authorization: string | undefined;
  authenticated: Extract<Authenticated, { ok: true }> | null;
  /** Gives the department's place back. */
  release(): void;
  /** Operations that have been begun and are not settled, whether the consumer still wants them or not. */
  running: number;
  /** Operations that were refused because there were too many. */
  refused: number;
  isClosed: boolean;
}

export function newConnection(
  request: IncomingMessage,
  cutOff: () => void,
  identified: () => void,
): Connection {
  return {
    caller: callerOf(request),
    identified,
    cutOff,
    language: languageOf(request.headers['accept-language']),
    authorization: request.headers.authorization,
    authenticated: null,
    release: () => undefined,
    running: 0,
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
    { authenticated, language, caller }: Connection,
    about: string,
  ): Promise<readonly GraphQLError[]> => {
    const principal = authenticated?.principal ?? null;
    return errorsOf(
      await parts.service().broker.refuse(digestOf(about), [failure], principal, caller),
      language,
    );
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
    else {
      connection.release = release;
      connection.identified();
    }
    return release !== null;
  };

  /** Until `settle` is called the operation counts as one of those at once. */
  const open = async (
    connection: Connection,
    payload: { readonly query: string },
    settle: () => void,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const tooMany = async (failure: Failure) => {
      if (++connection.refused > limits.perConnection) connection.cutOff();
      return refuse(failure, connection, payload.query);
    };
    if (connection.running > limits.perConnection) return tooMany(exceeded(limits.perConnection));
    const { authorization, language } = connection;
    const entry = await gatekeeper.admit(authorization, 1, 'query', connection.caller);
    if (!entry.ok && entry.failure.code === 'QUOTA_EXCEEDED') return tooMany(entry.failure);
    if (!entry.ok) return refuse(entry.failure, connection, payload.query);
    const read = readAsked(revived(payload));
    if (!read.ok) return refuse(read.failure, connection, payload.query);
    const operation = await openOperation(
      parts,
      { authorization, authenticated: entry, mayChange: true },
      read.asked,
    );
    if (operation.kind === 'refused') return errorsOf(operation.answer, language);
    const { schema, document } = operation;
    const args: ExecutionArgs = { schema, document };
    if (operation.kind === 'answered') opened.set(args, resultOf(operation.answer, language));
    else opened.set(args, resultsOf(operation.answers, language, settle));
    return args;
  };

  const server = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: limits.initMs,
    execute: run,
    subscribe: run,
    onConnect: ({ extra, connectionParams }) => connect(extra, connectionParams ?? {}),
    async onSubscribe({ extra }, _id, payload) {
      extra.running++;
      let isSettled = false;
      const settle = (): void => {
        if (!isSettled) extra.running--;
        isSettled = true;
      };
      const opening = open(extra, payload, settle).catch((error: unknown) => [
        errorOf(parts.defect(error), extra.language),
      ]);
      busy.add(opening);
      const given = await opening.finally(() => busy.delete(opening));
      const isStream = 'schema' in given && Symbol.asyncIterator in run(given);
      if (!isStream) settle();
      return given;
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

/** `settle` is called when the stream is over, which it is with an answer without data. */
function resultsOf(
  answers: AsyncGenerator<Answer, void>,
  language: Language,
  settle: () => void,
): AsyncGenerator<ExecutionResult, void> {
  const end = async (ending: Promise<unknown>): Promise<IteratorResult<ExecutionResult, void>> => {
    try {
      await ending;
    } finally {
      settle();
    }
    return { done: true, value: undefined };
  };
  return {
    async next() {
      const { done, value } = await answers.next();
      if (done) return end(Promise.resolve());
      if (value.data) return { done: false, value: resultOf(value, language) };
      await end(answers.return());
      throw new Ended(errorsOf(value, language));
    },
    return: () => end(answers.return()),
    throw: (error) => end(answers.throw(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function exceeded(limit: number): Failure {
  return { code: 'SUBSCRIPTIONS_EXCEEDED', details: { limit } };
}

/** A text by its name, in whatever case: `connection_init` stands in for HTTP headers. */
function textIn(params: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const found = Object.entries(params).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : undefined;
}
