import type { Failure } from '../../errors.ts';
import { undecided } from '../decide.ts';
import type { Answer, BrokerParts } from '../parts.ts';
import type { PreparedOperation } from '../prepare.ts';
import { noted } from '../record.ts';
import { openingFor, RunningSubscription, type Subscriber, type SubscriptionRequest } from './running.ts';
import { createSlots } from './slots.ts';

export type { Subscriber } from './running.ts';
export { createSlots, type Slots } from './slots.ts';

/** A subscription as whoever serves it sees it. */
export interface Subscription {
  /** Each recorded before it is here. One without data is the last, and says why. */
  readonly answers: AsyncGenerator<Answer, void>;
  /** Ended because another publication is live: it may be opened anew under that one. */
  readonly isReplaced: boolean;
}

export type Subscribed =
  | { readonly ok: true; readonly subscription: Subscription }
  | { readonly ok: false; readonly answer: Answer };

/** The running subscriptions of one broker. */
export interface Subscriptions {
  /** Decides, records the start, and asks the provider: in this order. */
  open(
    operation: PreparedOperation,
    variables: Readonly<Record<string, unknown>>,
    subscriber: Subscriber,
  ): Promise<Subscribed>;
  /** Looks again at who subscribes: departments or their roles have changed. */
  recheck(): Promise<void>;
  /** Ends all of them in order; resolves when their ends are on record. */
  endAll(reason: 'CLOSING' | 'REPLACED'): Promise<void>;
}

export function createSubscriptions(parts: BrokerParts): Subscriptions {
  const { perDepartment } = parts.subscriptions;
  const slots = createSlots(perDepartment);
  const running = new Map<RunningSubscription, Promise<void>>();
  let over: 'CLOSING' | 'REPLACED' | null = null;
  const stopWatching = parts.policy.onChange(() => {
    for (const one of [...running.keys()]) one.reconsider();
  });

  const start = async (request: SubscriptionRequest): Promise<RunningSubscription | Answer> => {
    const opening = await openingFor(parts, request);
    if (!opening.ok) return noted(parts, opening.about, opening.failures);
    const id = parts.ledger.nextId();
    const about = { ...opening.decided.about, subscription: { id, part: 'START' } as const };
    const started = await noted(parts, about, [], id);
    return started.failures.length > 0 ? started : new RunningSubscription(parts, request, id, opening);
  };

  const open: Subscriptions['open'] = async (operation, variables, subscriber) => {
    const { principal } = subscriber;
    operation.askers.note(principal);
    const release = slots.take(principal.department);
    if (!release) {
      const excess: Failure = { code: 'SUBSCRIPTIONS_EXCEEDED', details: { limit: perDepartment } };
      const unopened = undecided(operation, variables, principal);
      return { ok: false, answer: await noted(parts, unopened, [excess]) };
    }
    let started: RunningSubscription | Answer | null = null;
    try {
      started = await start({ operation, variables, subscriber, draw: Math.random() * 100 });
    } finally {
      if (!(started instanceof RunningSubscription)) release();
    }
    if (!(started instanceof RunningSubscription)) return { ok: false, answer: started };
    const subscription = started;
    const finished = subscription.run().finally(() => {
      running.delete(subscription);
      release();
    });
    running.set(subscription, finished);
    if (over) subscription.end(over);
    return { ok: true, subscription };
  };

  return {
    open,
    async recheck() {
      await Promise.all([...running.keys()].map((one) => one.recheck()));
    },
    async endAll(reason) {
      over = reason;
      stopWatching();
      for (const one of [...running.keys()]) one.end(reason);
      await Promise.all(running.values());
    },
  };
}
