import { LRUCache } from 'lru-cache';
import type { Failure } from '../errors.ts';
import type { Publication } from '../registry/index.ts';
import type { DepartmentCode, Principal } from '../words.ts';
import { answerCurrent } from './current.ts';
import { decide, foresee, undecided } from './decide.ts';
import type { Admission } from './operation/index.ts';
import { admitOperation } from './operation/index.ts';
import type { Answer, BrokerParts } from './parts.ts';
import { type PreparedOperation, prepareOperation } from './prepare.ts';
import { drawsOnQuota, openAccount, withRetryAfter } from './quotas.ts';
import { noted } from './record.ts';
import { createSubscriptions, type Subscriptions } from './subscribe/index.ts';

/** An operation with the codes of the departments that have asked it. */
export interface AskedOperation {
  readonly text: string;
  readonly name: string | null;
  readonly departments: readonly DepartmentCode[];
}

export interface KeptOperation {
  readonly text: string;
  readonly name: string | null;
  readonly principals: readonly Principal[];
}

/** How many operations are kept ready, and how much of their text. */
const KEPT_OPERATIONS = 2_000;
const KEPT_TEXT = 16 * 1_048_576;

/** The query's way from a question and a principal to a recorded answer. Knows no HTTP and no database. */
export interface Broker {
  readonly publication: Publication;
  /** The operation if it is known already: the warm path. */
  known(text: string, operationName: string | null): PreparedOperation | undefined;
  /** Admits an operation, once; refusals are not kept. */
  admit(
    text: string,
    operationName: string | null,
  ): { readonly ok: true; readonly operation: PreparedOperation } | Extract<Admission, { ok: false }>;
  answer(
    operation: PreparedOperation,
    variables: Readonly<Record<string, unknown>>,
    principal: Principal,
  ): Promise<Answer>;
  /** Opens and ends what providers push. */
  readonly subscriptions: Subscriptions;
  /** Operations that were asked since this was last called, with the departments that did. */
  takeAsked(): readonly AskedOperation[];
  /** The operations that are kept ready, those asked last first, with who has asked them. */
  kept(): readonly KeptOperation[];
  /** Makes an operation ready for a department, as if it had asked it; without effect where it may not be. Rejects without a plan. */
  warm(text: string, operationName: string | null, principal: Principal): Promise<void>;
  /** Adds the proof that the answer's disclosure is in the ledger's tree. */
  prove(answer: Answer): Promise<Answer>;
  /** Records a refusal that was decided at the door or at admission. `caller`: whom it counts on where nobody is known. */
  refuse(
    hash: string,
    failures: readonly Failure[],
    principal: Principal | null,
    caller?: string,
  ): Promise<Answer>;
}

export function createBroker(parts: BrokerParts): Broker {
  const { publication, limits, ledger } = parts;
  const rules = { schema: publication.schema, costs: publication.costs, limits };
  const operations = new LRUCache<string, PreparedOperation>({
    max: KEPT_OPERATIONS,
    maxSize: KEPT_TEXT,
    sizeCalculation: (_, key) => key.length + 1_000,
  });
  // The text itself is the key: equal texts only ever meet equal texts, so no digest can be forged or flooded.
  const keyOf = (text: string, name: string | null): string => (name === null ? text : `${name}\n${text}`);

  const known = (text: string, name: string | null) => operations.get(keyOf(text, name));

  const admit: Broker['admit'] = (text, name) => {
    const kept = known(text, name);
    if (kept) return { ok: true, operation: kept };
    const admission = parts.stage('admit', () => admitOperation(rules, text, name));
    if (!admission.ok) return admission;
    const operation = prepareOperation(publication.schema, admission.admitted, text, name);
    operations.set(keyOf(text, name), operation);
    return { ok: true, operation };
  };

  const answer: Broker['answer'] = async (operation, variables, principal) => {
    const { kind } = operation.admitted;
    operation.askers.note(principal);
    if (kind === 'subscription')
      return noted(parts, undecided(operation, variables, principal), [NOT_ONE_ANSWER]);
    const deciding = decide(parts, operation, variables, principal);
    const decided = deciding instanceof Promise ? await deciding : deciding;
    if (!decided.ok) return noted(parts, decided.about, decided.failures);
    if (!drawsOnQuota(decided)) return answerCurrent(parts, operation, variables, principal, decided);
    const quota = openAccount(parts, operation, variables, principal);
    const answer = await answerCurrent(parts, operation, variables, principal, decided, quota);
    return { ...answer, failures: withRetryAfter(answer.failures, parts.now()) };
  };

  const refuse: Broker['refuse'] = (hash, failures, principal, caller = '') =>
    noted(parts, { hash, name: null, principal, caller, purpose: null, variables: {} }, failures);

  const prove: Broker['prove'] = async (given) => {
    const proof = await ledger.prove(given.receipt).catch(() => null);
    return proof ? { ...given, proof } : given;
  };

  const takeAsked: Broker['takeAsked'] = () =>
    [...operations.values()].flatMap(({ text, operationName: name, askers, programs }) => {
      // What never had a plan is nothing that works, and that could be broken.
      if (![...programs.values()].some((one) => !(one instanceof Promise))) return [];
      const departments = askers.take();
      return departments.length > 0 ? [{ text, name, departments }] : [];
    });

  const kept: Broker['kept'] = () =>
    [...operations.values()].map(({ text, operationName: name, askers }) => ({
      text,
      name,
      principals: askers.principals(),
    }));

  const warm: Broker['warm'] = async (text, name, principal) => {
    const admission = admit(text, name);
    if (!admission.ok) return;
    admission.operation.askers.expect(principal);
    if (admission.operation.admitted.kind !== 'subscription')
      await foresee(parts, admission.operation, principal);
  };

  const subscriptions = createSubscriptions(parts);
  return { publication, subscriptions, known, takeAsked, kept, warm, admit, answer, prove, refuse };
}

const NOT_ONE_ANSWER: Failure = {
  code: 'BAD_USER_INPUT',
  details: {
    detail:
      '订阅须经 SSE（Accept: text/event-stream）或 WebSocket（graphql-transport-ws）' +
      ' a subscription needs SSE (Accept: text/event-stream) or a WebSocket (graphql-transport-ws)',
  },
};
