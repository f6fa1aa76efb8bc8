import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Answer, Broker, Subscriber, Subscription } from '../../broker/index.ts';
import type { Failure } from '../../errors.ts';
import type { Authenticated, Entry, Gatekeeper } from '../gatekeeper.ts';
import type { Asked } from '../graphql/asked.ts';
import type { Service } from '../graphql/endpoint.ts';
import { NO_CHANGE } from '../graphql/request.ts';
import { type Observer, observed, outcomeOf } from './observed.ts';

/** What every transport needs to open an operation. */
export interface OpeningParts {
  readonly gatekeeper: Gatekeeper;
  /** The service that is live now. */
  service(): Pick<Service, 'broker' | 'enter' | 'leave'>;
  readonly observer: Observer;
}

/** Who asks, by a token that has been verified. */
export interface Caller {
  readonly authorization: string | undefined;
  readonly authenticated: Extract<Authenticated, { ok: true }>;
  /** False where a mutation must not come (a GET). */
  readonly mayChange: boolean;
}

/** An operation that was taken: its one answer, or a stream of them, of which one without data is the last. */
export type Opened =
  | { readonly kind: 'refused'; readonly answer: Answer }
  | ({ readonly kind: 'answered'; readonly answer: Answer } & Executable)
  | ({ readonly kind: 'streaming'; readonly answers: AsyncGenerator<Answer, void> } & Executable);

interface Executable {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
}

/** Opens an operation of any kind: the same admission, decisions and records, whichever transport brought it. */
export async function openOperation(parts: OpeningParts, caller: Caller, asked: Asked): Promise<Opened> {
  const opened = await openLive(parts, caller, asked);
  if (opened.kind === 'streaming') return { ...opened, answers: observed(opened.answers, parts.observer) };
  parts.observer.answered(outcomeOf(opened.answer));
  return opened;
}

async function openLive(parts: OpeningParts, caller: Caller, asked: Asked): Promise<Opened> {
  const service = parts.service();
  service.enter();
  try {
    return await openAt(service.broker, parts, caller, asked);
  } finally {
    service.leave(); // A stream that was opened is ended before its service is closed.
  }
}

async function openAt(broker: Broker, parts: OpeningParts, caller: Caller, asked: Asked): Promise<Opened> {
  const { principal } = caller.authenticated;
  const admission = broker.admit(asked.query, asked.operationName);
  if (!admission.ok) {
    const answer = await broker.refuse(admission.hash, admission.failures, principal);
    return { kind: 'refused', answer };
  }
  const { operation } = admission;
  const { kind, hash, document } = operation.admitted;
  const executable = { schema: broker.publication.schema, document };
  if (kind === 'mutation' && !caller.mayChange)
    return { kind: 'refused', answer: await broker.refuse(hash, [NO_CHANGE], principal) };
  if (kind !== 'subscription') {
    const answer = await broker.answer(operation, asked.variables, principal);
    return answer.data ? { kind: 'answered', answer, ...executable } : { kind: 'refused', answer };
  }
  const opened = await broker.subscriptions.open(operation, asked.variables, subscriberOf(parts, caller));
  if (!opened.ok) return { kind: 'refused', answer: opened.answer };
  const reopen = () => openLive(parts, caller, asked);
  return { kind: 'streaming', answers: throughReplacements(opened.subscription, reopen), ...executable };
}

/** The token is looked at again for each event: its key may have been withdrawn. */
function subscriberOf({ gatekeeper }: OpeningParts, { authorization, authenticated }: Caller): Subscriber {
  const { principal, expires } = authenticated;
  const failureOf = (one: Entry): Failure | null => (one.ok ? null : one.failure);
  return {
    principal,
    expires,
    standing() {
      const now = gatekeeper.identify(authorization, 'query');
      return now instanceof Promise ? now.then(failureOf) : failureOf(now);
    },
  };
}

/** When another publication goes live, the operation is opened again under it: admitted, decided and recorded anew. */
function throughReplacements(
  first: Subscription,
  reopen: () => Promise<Opened>,
): AsyncGenerator<Answer, void> {
  let current: Subscription | null = first;
  let hasLeft = false;
  const leave = async (): Promise<void> => {
    hasLeft = true;
    await current?.answers.return(undefined);
  };
  const next = async (): Promise<IteratorResult<Answer, void>> => {
    if (!current) return OVER;
    const result = await current.answers.next();
    if (!result.done || hasLeft || !current.isReplaced) return result;
    current = null;
    const opened = await reopen();
    if (opened.kind !== 'streaming') return { done: false, value: opened.answer };
    // The new stream sees to its own replacement.
    current = { answers: opened.answers, isReplaced: false };
    if (hasLeft) await leave();
    return next();
  };
  return {
    next,
    async return() {
      await leave();
      return OVER;
    },
    async throw(error) {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const OVER = { done: true, value: undefined } as const;
