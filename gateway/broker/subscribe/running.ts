import { isDeepStrictEqual } from 'node:util';
import type { Failure } from '../../errors.ts';
import type { SubscriptionPart } from '../../ledger/index.ts';
import type { DisclosureId, Principal } from '../../words.ts';
import { type About, type Decided, decide, isOutdated } from '../decide.ts';
import type { FetchCall } from '../fetch.ts';
import type { Answer, BrokerParts } from '../parts.ts';
import type { PreparedOperation } from '../prepare.ts';
import { drawsOnQuota, openAccount, QUOTA, withRetryAfter } from '../quotas.ts';
import { execute, noted, recorded } from '../record.ts';
import { deniedAtOnce } from '../reject.ts';
import { Answers } from './answers.ts';
import { answersTo } from './answers-to.ts';
import { Inbox, type Pushed } from './inbox.ts';
import { openingOf } from './opening.ts';
import { isAnythingLeft } from './remains.ts';

/** Who subscribes, and how it is seen that they still may. */
export interface Subscriber {
  readonly principal: Principal;
  /** When the token ends, in milliseconds since the epoch. */
  readonly expires: number;
  /** Why they are no longer who they were (a key was withdrawn); null as long as they are. */
  standing(): Failure | null | Promise<Failure | null>;
}

/** A request that passed, with what its provider is asked. */
export interface Opening {
  readonly decided: Allowed;
  readonly call: FetchCall;
}

type Allowed = Extract<Decided, { ok: true }>;
type EndReason = NonNullable<SubscriptionPart['reason']>;

/** What a subscription is made of. */
export interface SubscriptionRequest {
  readonly operation: PreparedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly subscriber: Subscriber;
  /** Fixed for its whole life, so that an event is the answer to what was asked. */
  readonly draw: number;
}

/** Node's longest timer; and the least wait, as timers can be early. */
const LONGEST_MS = 2 ** 31 - 1;
const LEAST_MS = 20;

/** Decides on a subscription as it stands now: what its provider may be asked, or why nothing. */
export async function openingFor(
  parts: BrokerParts,
  { operation, variables, subscriber, draw }: SubscriptionRequest,
): Promise<({ readonly ok: true } & Opening) | Extract<Decided, { ok: false }>> {
  const decided = await decide(parts, operation, variables, subscriber.principal);
  if (!decided.ok) return decided;
  const { about, program, values } = decided;
  const { admitted } = operation;
  if (!isAnythingLeft(admitted, program.denied, values)) {
    const failures = deniedAtOnce(admitted, program.denied, values);
    return { ok: false, about, failures: failures.length > 0 ? failures : [NOTHING_ASKED] };
  }
  const call = await openingOf(program, values, draw);
  return call ? { ok: true, decided, call } : { ok: false, about, failures: [NOTHING_ASKED] };
}

const NOTHING_ASKED: Failure = {
  code: 'BAD_USER_INPUT',
  details: { detail: '该订阅不取任何信息项 the subscription asks for nothing' },
};

/**
 * One running subscription. A single loop does everything in turn, so that nothing overtakes: it decides again when
 * that is due, and otherwise takes one event at a time, when the consumer asks for it. Each event is decided on when it
 * is given, not when it came, and is recorded before it leaves.
 */
export class RunningSubscription {
  readonly answers: AsyncGenerator<Answer, void>;
  readonly #parts: BrokerParts;
  readonly #request: SubscriptionRequest;
  readonly #id: DisclosureId;
  readonly #given: Answers;
  readonly #inbox: Inbox;
  #opening: Opening;
  /** What was last decided, for the record of the end. */
  #said: About;
  #stopListening: (() => void) | null = null;
  /** The provider's last word, once it is spoken: events that came before it are given first. */
  #lastWord: { readonly failure: Failure | null } | null = null;
  #isDue = false;
  #ending: { readonly reason: EndReason; readonly failures: readonly Failure[] } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #wake: () => void = () => undefined;

  constructor(parts: BrokerParts, request: SubscriptionRequest, id: DisclosureId, opening: Opening) {
    this.#parts = parts;
    this.#request = request;
    this.#id = id;
    this.#opening = opening;
    this.#inbox = new Inbox(parts.subscriptions.queue);
    this.#given = new Answers(
      () => this.#wake(),
      () => this.end('CANCELLED'),
    );
    this.answers = this.#given.stream;
    this.#said = opening.decided.about;
  }

  /** Ended because another publication is live: it may be opened anew under that one. */
  get isReplaced(): boolean {
    return this.#ending?.reason === 'REPLACED';
  }

  /** Grants have changed. If that concerns this subscription, its provider is left at once; then it is decided again. */
  reconsider(): void {
    if (!this.#isStale()) return;
    if (!this.#isUntouched()) this.#hangUp();
    this.#isDue = true;
    this.#wake();
  }

  /** Something about who subscribes may have changed: the subscription ends at once where they may no longer. */
  async recheck(): Promise<void> {
    const fallen = await this.#request.subscriber.standing();
    if (fallen) this.end('FAILED', [fallen]);
  }

  end(reason: EndReason, failures: readonly Failure[] = []): void {
    if (this.#ending) return;
    this.#ending = { reason, failures };
    this.#hangUp();
    this.#inbox.clear();
    clearTimeout(this.#timer);
    this.#wake();
  }

  /** Asks the provider, and runs. Resolves when it is over and its end is on record. */
  async run(): Promise<void> {
    try {
      if (this.#isStale())
        this.#isDue = true; // Changed while the start was recorded.
      else this.#listen();
      while (!this.#ending) await this.#step();
    } catch (error) {
      this.end('FAILED', [this.#parts.defect(error)]);
    }
    await this.#finish();
  }

  #step(): Promise<void> {
    if (this.#isDue) return this.#decideAgain();
    if (!this.#given.isAwaited) return this.#sleep();
    const event = this.#inbox.peek();
    if (event) return this.#give(event);
    if (!this.#lastWord) return this.#sleep();
    const { failure } = this.#lastWord;
    if (failure) this.end('FAILED', [failure]);
    else this.end('COMPLETED');
    return Promise.resolve();
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #give(pushed: Pushed): Promise<void> {
    const fallen = await this.#request.subscriber.standing();
    if (fallen) return this.end('FAILED', [fallen]);
    if (this.#mustStop()) return;
    const { decided, call } = this.#opening;
    const event = answersTo(pushed.call, call) ? pushed.event : NO_ANSWER;
    // Each event is an answer, whose records count on the grants that it needs.
    const { operation, variables, subscriber } = this.#request;
    const quota = drawsOnQuota(decided)
      ? openAccount(this.#parts, operation, variables, subscriber.principal)
      : null;
    if (quota && (await quota.reserve(decided)) !== decided) return this.#endByQuota();
    const executed = await execute(this.#parts, decided, {
      idempotent: true,
      draw: this.#request.draw,
      event,
    });
    // What ended while the rest was fetched has ended: nothing of it is recorded as given.
    if (this.#mustStop()) return;
    if (quota && (await quota.settle(decided, executed)).length > 0) return this.#endByQuota();
    if (this.#mustStop()) return;
    this.#inbox.drop();
    const answer = await recorded(this.#parts, this.#about(decided.about, 'EVENT'), executed);
    if (!answer.data) this.end('FAILED', answer.failures);
    else if (!this.#ending) this.#given.give(answer);
  }

  #endByQuota(): void {
    this.end('FAILED', withRetryAfter([QUOTA], this.#parts.now()));
  }

  /** Over, or to be decided on again before anything is given? */
  #mustStop(): boolean {
    if (this.#parts.now() >= this.#request.subscriber.expires) this.end('FAILED', [EXPIRED]);
    else this.reconsider();
    return this.#ending !== null || this.#isDue;
  }

  #isStale(): boolean {
    if (this.#ending) return false;
    return isOutdated(this.#parts, this.#request.subscriber.principal, this.#opening.decided);
  }

  /** Is everything that was decided of this operation decided as before? Then its provider is asked the same. */
  #isUntouched(): boolean {
    const { about, entitlement, program } = this.#opening.decided;
    const { policy, publication } = this.#parts;
    if (!about.purpose || program.restsOn.size > 0) return false;
    const now = policy.entitle(this.#request.subscriber.principal, about.purpose.use);
    return (about.judgement?.disclosed ?? []).every(({ coordinate }) => {
      const rule = publication.index.rule(coordinate);
      return isDeepStrictEqual(now.decide(rule), entitlement.decide(rule));
    });
  }

  async #decideAgain(): Promise<void> {
    this.#isDue = false;
    const opening = await openingFor(this.#parts, this.#request);
    if (this.#ending) return;
    this.#said = opening.ok ? opening.decided.about : opening.about;
    if (!opening.ok) return this.end('FAILED', opening.failures);
    if (this.#stopListening && isSameCall(opening.call, this.#opening.call)) {
      this.#opening = { ...opening, call: this.#opening.call };
      return this.#arm();
    }
    this.#hangUp();
    const change = await noted(this.#parts, this.#about(opening.decided.about, 'CHANGE'), []);
    if (change.failures.length > 0) return this.end('FAILED', change.failures);
    if (this.#ending) return;
    this.#opening = opening;
    if (this.#isStale())
      this.#isDue = true; // Changed once more in the meantime.
    else this.#listen();
  }

  #listen(): void {
    const { decided, call } = this.#opening;
    const { about } = decided;
    const { subgraph, body } = call;
    const { principal } = this.#request.subscriber;
    if (!about.purpose) throw new Error('a subscription without a purpose was decided to be allowed');
    const { grants = [], sent: all = [] } = about.judgement ?? {};
    const sent = all.find((one) => one.subgraph === subgraph)?.coordinates ?? [];
    const asked = { subgraph, body, idempotent: true, principal, purpose: about.purpose, grants, sent };
    let isOpen = true;
    this.#lastWord = null;
    const stop = this.#parts.listen(
      { ...asked, disclosure: this.#id },
      {
        event: (event) => {
          if (!isOpen) return;
          if (!this.#inbox.push({ event, call })) this.end('FAILED', [this.#tooSlow()]);
          this.#wake();
        },
        end: (failure) => {
          if (!isOpen) return;
          this.#lastWord = { failure };
          this.#wake();
        },
      },
    );
    this.#stopListening = () => {
      isOpen = false;
      stop();
    };
    this.#arm();
  }

  /** Wakes when the token ends, or a grant begins or ends, by the clock. */
  #arm(): void {
    clearTimeout(this.#timer);
    const { purpose } = this.#opening.decided.about;
    const { principal, expires } = this.#request.subscriber;
    const validUntil = purpose ? this.#parts.policy.entitle(principal, purpose.use).validUntil : 0;
    const left = Math.min(expires, validUntil) - this.#parts.now();
    const wait = Math.min(LONGEST_MS, Math.max(LEAST_MS, left));
    this.#timer = setTimeout(() => this.#mustStop() || this.#arm(), wait).unref();
  }

  #hangUp(): void {
    this.#stopListening?.();
    this.#stopListening = null;
  }

  #tooSlow(): Failure {
    return { code: 'CONSUMER_TOO_SLOW', details: { limit: this.#parts.subscriptions.queue.events } };
  }

  #about(about: About, part: SubscriptionPart['part'], reason?: EndReason): About {
    return { ...about, subscription: { id: this.#id, part, ...(reason && { reason }) } };
  }

  async #finish(): Promise<void> {
    const { reason, failures } = this.#ending ?? { reason: 'FAILED', failures: [] };
    const about = this.#about(this.#said, 'END', reason);
    const last = await noted(this.#parts, about, failures);
    this.#given.finish(failures.length > 0 ? last : null);
  }
}

function isSameCall(a: FetchCall, b: FetchCall): boolean {
  return a.subgraph === b.subgraph && String(a.body) === String(b.body);
}

/** What came before more was allowed does not have it: that is told, rather than taken for null. */
const NO_ANSWER = Buffer.from('{"data":null,"errors":[{}]}');

const EXPIRED: Failure = {
  code: 'UNAUTHENTICATED',
  details: { reason: '令牌已过期 the token has expired' },
};
