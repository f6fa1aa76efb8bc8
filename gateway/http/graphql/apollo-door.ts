import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type HTTPGraphQLRequest,
} from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { type Answer, type Broker, digestOf, formatFailure } from '../../broker/index.ts';
import { ERROR_CODES, type ErrorCode, type Failure, type Language } from '../../errors.ts';
import type { Principal } from '../../words.ts';
import type { ApolloResponse } from '../apollo.ts';
import { extensionsOf, type ResponseType, statusOfAnswer, wantsProof } from './write-answer.ts';

/** What one HTTP request through this door carries along. */
interface DoorContext {
  readonly principal: Principal;
  readonly language: Language;
  readonly wantsProof: boolean;
  /** The answers given so far: one, or one for each operation of a batch. */
  readonly answers: Answer[];
}

export interface DoorResponse extends ApolloResponse {
  /** `OK`, or the first error's code. */
  readonly outcome: string;
}

/** Serves everything that is not the warm path: first requests, GET, batches, introspection, errors. */
export interface ApolloDoor {
  serve(request: HTTPGraphQLRequest, principal: Principal, language: Language): Promise<DoorResponse>;
  stop(): Promise<void>;
}

/** Apollo Server in front of the same broker core that the warm path uses. */
export async function createApolloDoor(broker: Broker, maxTokens: number): Promise<ApolloDoor> {
  const server = new ApolloServer<DoorContext>({
    schema: broker.publication.schema,
    introspection: true, // The catalogue is public to departments (Measures Art. 7).
    allowBatchedHttpRequests: true,
    csrfPrevention: true,
    cache: 'bounded',
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens },
    plugins: [brokerPlugin(broker)],
  });
  await server.start();
  return {
    async serve(request, principal, language) {
      const answers: Answer[] = [];
      const context = async (): Promise<DoorContext> => ({
        principal,
        language,
        answers,
        wantsProof: wantsProof(request.headers.get('liancha-receipt')),
      });
      const {
        status = 200,
        headers,
        body,
      } = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: request,
        context,
      });
      const text = body.kind === 'complete' ? body.string : '';
      const [answer] = answers;
      if (!answer)
        return refuseMalformed(
          broker,
          { status, headers, body: text, outcome: 'OK' },
          request,
          principal,
          language,
        );
      const isSingle = answers.length === 1 && !Array.isArray(request.body);
      const byAnswer = isSingle && (status === 200 || status === 400 || status === 500);
      const given = byAnswer ? statusOfAnswer(answer, typeOf(headers)) : status;
      return { status: given, headers, body: text, outcome: answer.failures[0]?.code ?? 'OK' };
    },
    stop: () => server.stop(),
  };
}

function typeOf(headers: ReadonlyMap<string, string>): ResponseType {
  const isGraphql = headers.get('content-type')?.startsWith('application/graphql-response+json');
  return isGraphql ? 'application/graphql-response+json' : 'application/json';
}

/** Lets the broker answer every operation that Apollo Server has parsed and validated, and records what it refused. */
function brokerPlugin(broker: Broker): ApolloServerPlugin<DoorContext> {
  const answered = new WeakSet<GraphQLRequestContext<DoorContext>>();
  return {
    async requestDidStart() {
      return {
        async responseForOperation(context) {
          const { principal, language, answers, wantsProof } = context.contextValue;
          const given = await answerOf(broker, context, principal);
          const answer = wantsProof ? await broker.prove(given) : given;
          answers.push(answer);
          answered.add(context);
          return {
            http: context.response.http,
            body: { kind: 'single', singleResult: resultOf(answer, language) },
          };
        },
        async willSendResponse(context) {
          const { body } = context.response;
          if (answered.has(context) || body.kind !== 'single' || !body.singleResult.errors) return;
          const { principal, language, answers } = context.contextValue;
          const answer = await refusalOf(broker, context, body.singleResult.errors, principal);
          answers.push(answer);
          body.singleResult = resultOf(answer, language);
        },
      };
    },
  };
}

type RequestContext = Pick<GraphQLRequestContext<DoorContext>, 'request' | 'source'>;

function answerOf(
  broker: Broker,
  { request, source = '' }: RequestContext,
  principal: Principal,
): Promise<Answer> {
  const admission = broker.admit(source, request.operationName ?? null);
  return admission.ok
    ? broker.answer(admission.operation, request.variables ?? {}, principal)
    : broker.refuse(admission.hash, admission.failures, principal);
}

/** What Apollo Server refused, in our words where our admission refuses it too. */
function refusalOf(
  broker: Broker,
  { request, source = '' }: RequestContext,
  errors: readonly GraphQLFormattedError[],
  principal: Principal,
): Promise<Answer> {
  const admission = broker.admit(source, request.operationName ?? null);
  return admission.ok
    ? broker.refuse(admission.operation.admitted.hash, errors.map(failureOf), principal)
    : broker.refuse(admission.hash, admission.failures, principal);
}

/** Requests that are not GraphQL over HTTP at all: bad JSON, wrong media type, missing query. */
async function refuseMalformed(
  broker: Broker,
  response: DoorResponse,
  request: HTTPGraphQLRequest,
  principal: Principal,
  language: Language,
): Promise<DoorResponse> {
  const errors = errorsIn(response.body);
  if (!errors) return response;
  const text = typeof request.body === 'string' ? request.body : JSON.stringify(request.body ?? null);
  const answer = await broker.refuse(digestOf(text), errors.map(failureOf), principal);
  const headers = new Map(response.headers);
  headers.set('content-type', 'application/json; charset=utf-8');
  const body = JSON.stringify(resultOf(answer, language));
  return { status: Math.max(400, response.status), headers, body, outcome: answer.failures[0]?.code ?? 'OK' };
}

function errorsIn(body: string): readonly GraphQLFormattedError[] | null {
  try {
    const parsed: unknown = JSON.parse(body);
    if (parsed === null || typeof parsed !== 'object' || !('errors' in parsed)) return null;
    return Array.isArray(parsed.errors) ? parsed.errors : null;
  } catch {
    return body === '' ? null : [{ message: body }];
  }
}

function failureOf(error: GraphQLFormattedError): Failure {
  const code =
    ERROR_CODES.find((one) => one === error.extensions?.code) ?? ('BAD_USER_INPUT' satisfies ErrorCode);
  return { code, details: { detail: error.message } };
}

interface Result {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions: Record<string, unknown>;
}

function resultOf(answer: Answer, language: Language): Result {
  const errors = answer.failures.map((failure) => formatFailure(failure, language));
  const extensions = extensionsOf(answer);
  if (!answer.data) return { errors, extensions };
  const data = JSON.parse(answer.data.toString('utf8'));
  return { ...(errors.length > 0 && { errors }), data, extensions };
}
