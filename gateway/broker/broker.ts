import { LRUCache } from 'lru-cache';
import type { Failure } from '../errors.ts';
import type { Disclosure, InclusionProof, Ledger, ProviderCall } from '../ledger/index.ts';
import type { Publication } from '../registry/index.ts';
import type { DisclosureId, MaskRule, Principal, Use } from '../words.ts';
import { digestOf } from './digest.ts';
import type { FetchResult } from './fetch.ts';
import type { Entitlement, Judge } from './guard/index.ts';
import { guardVariables } from './guard/index.ts';
import { type Judgement, joinJudgements, NO_JUDGEMENT } from './judgement.ts';
import type { Admission, OperationLimits, StatedPurpose } from './operation/index.ts';
import { admitOperation, judgeCost, statedPurpose } from './operation/index.ts';
import {
  type Engine,
  type PreparedOperation,
  type Program,
  prepareOperation,
  programFor,
} from './prepare.ts';
import { deniedAtOnce } from './reject.ts';

/** One answer, before it is written in a reader's language. */
export interface Answer {
  readonly receipt: DisclosureId;
  /** The JSON of `data`. Absent for a refusal: the operation as a whole was not executed. */
  readonly data?: Buffer;
  readonly failures: readonly Failure[];
  /** Proof that the disclosure is under a signed head, where it was asked for. */
  readonly proof?: InclusionProof;
}

/** What the broker needs of the other parts; each behind the narrowest interface that serves. */
export interface BrokerParts {
  readonly publication: Publication;
  readonly engine: Engine;
  readonly limits: OperationLimits;
  readonly policy: { readonly revision: string; entitle(principal: Principal, use: Use): Entitlement };
  readonly ledger: Ledger;
  maskFor(rule: MaskRule, principal: Principal): (value: unknown) => unknown;
  hashSubject(value: unknown): string;
  applyLink(coordinate: string): string;
  /** The purpose of operations that state none. Without it they are refused. */
  readonly purposeByDefault?: StatedPurpose;
  /** Asks a provider on behalf of one disclosure. */
  ask(call: ProviderQuestion): Promise<FetchResult>;
  now(): number;
  /** Runs one stage of the query's way, in a span of its own where tracing is on. */
  stage<T>(name: Stage, work: () => T): T;
}

/** The stages that are traced. */
export type Stage = 'admit' | 'decide' | 'execute' | 'fetch' | 'record';

/** One call to a provider with everything that its assertion says. */
export interface ProviderQuestion {
  readonly subgraph: string;
  readonly body: string | Buffer;
  readonly idempotent: boolean;
  readonly principal: Principal;
  readonly purpose: StatedPurpose;
  readonly grants: readonly string[];
  readonly disclosure: DisclosureId;
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
  /** The operations that are kept ready, with the departments that have asked them. */
  seen(): { readonly text: string; readonly departments: readonly string[] }[];
  /** Adds the proof that the answer's disclosure is in the ledger's tree. */
  prove(answer: Answer): Promise<Answer>;
  /** Records a refusal that was decided at the door or at admission. */
  refuse(hash: string, failures: readonly Failure[], principal: Principal | null): Promise<Answer>;
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
    const operation = prepareOperation(publication.schema, admission.admitted, text);
    operations.set(keyOf(text, name), operation);
    return { ok: true, operation };
  };

  const record = (id: DisclosureId, about: About): Promise<void> =>
    ledger.append(disclosureOf(parts, id, about));

  /** Nothing leaves that is not on record; when the record fails, only that is said. */
  const refuseRecorded = async (about: About, failures: readonly Failure[]): Promise<Answer> => {
    const id = ledger.nextId();
    try {
      await record(id, { ...about, errors: codesOf(failures) });
    } catch {
      return { receipt: id, failures: [{ code: 'LEDGER_UNAVAILABLE', details: {} }] };
    }
    return { receipt: id, failures };
  };

  const answer: Broker['answer'] = async (operation, variables, principal) => {
    const { admitted } = operation;
    operation.askedBy.add(principal.departmentName);
    const unstated: About = { hash: admitted.hash, name: admitted.name, principal, purpose: null, variables };
    const required: Failure = { code: 'PURPOSE_REQUIRED', details: {} };
    const { purposeByDefault = null } = parts;
    if (admitted.asksForData && !admitted.purpose && !purposeByDefault)
      return refuseRecorded(unstated, [required]);
    const coerced = operation.coerce(variables);
    if (!coerced.ok) return refuseRecorded(unstated, coerced.failures);
    const purpose = admitted.purpose ? statedPurpose(admitted.purpose, coerced.values) : purposeByDefault;
    if (admitted.asksForData && !purpose) return refuseRecorded(unstated, [required]);
    const about: About = { ...unstated, purpose };
    if (typeof admitted.measure.cost === 'function') {
      const excess = judgeCost(admitted.measure.cost(coerced.values), limits);
      if (excess) return refuseRecorded(about, [excess]);
    }
    const judge = judgeFor(parts, principal, purpose);
    const inputs = guardVariables(judge, operation.guardedVariables, variables);
    const program = parts.stage('decide', () => programFor(operation, judge, inputs, parts, principal));
    const judged: About = { ...about, judgement: joinJudgements(program.judgement, inputs.decisions) };
    if (purpose?.onDenied === 'REJECT') {
      const denials = deniedAtOnce(admitted, program.denied, coerced.values);
      if (denials.length > 0) return refuseRecorded(judged, denials);
    }
    return runRecorded(parts, program, coerced.values, judged, admitted.kind);
  };

  const refuse: Broker['refuse'] = (hash, failures, principal) =>
    refuseRecorded({ hash, name: null, principal, purpose: null, variables: {} }, failures);

  const prove: Broker['prove'] = async (given) => {
    const proof = await ledger.prove(given.receipt).catch(() => null);
    return proof ? { ...given, proof } : given;
  };

  const seen: Broker['seen'] = () =>
    [...operations.values()].map(({ text, askedBy }) => ({ text, departments: [...askedBy] }));

  return { publication, known, seen, admit, answer, prove, refuse };
}

/** What a disclosure is about, as far as it is known at the time. */
interface About {
  readonly hash: string;
  readonly name: string | null;
  readonly principal: Principal | null;
  readonly purpose: StatedPurpose | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly judgement?: Judgement;
  readonly errors?: readonly string[];
  readonly outcome?: Outcome;
}

interface Outcome {
  readonly rows: number;
  readonly subjects: readonly string[];
  readonly providers: readonly ProviderCall[];
  readonly answerDigest: string;
}

async function runRecorded(
  parts: BrokerParts,
  program: Program,
  values: Readonly<Record<string, unknown>>,
  about: About,
  kind: string,
): Promise<Answer> {
  const id = parts.ledger.nextId();
  const calls = new Map<string, ProviderCall>();
  const subjects = new Set<string>();
  const { principal, purpose } = about;
  const run = () =>
    program.run({
      variables: values,
      onSubject: (value) => {
        if (value !== null && value !== undefined) subjects.add(parts.hashSubject(value));
      },
      fetch: async ({ subgraph, body }) => {
        if (!principal || !purpose)
          return { ok: false, code: 'PROVIDER_UNAVAILABLE', details: { provider: subgraph } };
        const idempotent = kind === 'query';
        const grants = about.judgement?.grants ?? [];
        const question = { subgraph, body, idempotent, principal, purpose, grants, disclosure: id };
        const got = await parts.stage('fetch', () => parts.ask(question));
        noteCall(calls, subgraph, got);
        return got;
      },
    });
  const result = await parts.stage('execute', run);
  const { data } = result; // What is digested for the ledger is what leaves.
  const outcome: Outcome = {
    rows: result.rows,
    subjects: [...subjects],
    providers: [...calls.values()],
    answerDigest: digestOf(data),
  };
  try {
    const disclosure = disclosureOf(parts, id, { ...about, outcome, errors: codesOf(result.failures) });
    await parts.stage('record', () => parts.ledger.append(disclosure));
  } catch {
    return { receipt: id, failures: [{ code: 'LEDGER_UNAVAILABLE', details: {} }] };
  }
  return { receipt: id, data, failures: result.failures };
}

function noteCall(calls: Map<string, ProviderCall>, subgraph: string, got: FetchResult): void {
  const before = calls.get(subgraph);
  const outcome = got.ok ? 'OK' : got.code === 'PROVIDER_TIMEOUT' ? 'TIMEOUT' : 'UNAVAILABLE';
  const joined = before && before.outcome !== outcome ? 'PARTIAL' : outcome;
  calls.set(subgraph, { subgraph, outcome: joined, calls: (before?.calls ?? 0) + 1 });
}

function codesOf(failures: readonly Failure[]): string[] {
  return [...new Set(failures.map((one) => one.code))];
}

/** Without a purpose only the schema itself is asked for, so there is nothing to be entitled to. */
const NOBODY: Entitlement = {
  key: 'schema',
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ effect: 'DENY', code: 'WITHHELD', policies: ['purpose-required'] }),
};

function judgeFor(parts: BrokerParts, principal: Principal, purpose: StatedPurpose | null): Judge {
  return {
    schema: parts.publication.schema,
    index: parts.publication.index,
    entitlement: purpose ? parts.policy.entitle(principal, purpose.use) : NOBODY,
    use: purpose?.use ?? 'WORK_REFERENCE',
    applyLink: parts.applyLink,
  };
}

function disclosureOf(parts: BrokerParts, id: DisclosureId, about: About): Disclosure {
  const { principal, purpose, outcome, judgement = NO_JUDGEMENT } = about;
  return {
    id,
    time: parts.now(),
    department: principal?.department ?? null,
    operator: principal?.operator ?? null,
    use: purpose?.use ?? null,
    matter: purpose?.matter ?? null,
    operation: about.hash,
    operationName: about.name,
    decisions: judgement.disclosed,
    grants: judgement.grants,
    schemaRevision: parts.publication.revision,
    policyRevision: parts.policy.revision,
    providers: outcome?.providers ?? [],
    rows: outcome?.rows ?? 0,
    subjects: outcome?.subjects ?? [],
    variablesDigest: digestOf(JSON.stringify(about.variables)),
    answerDigest: outcome?.answerDigest ?? '',
    errors: about.errors ?? [],
  };
}
