import type { Failure } from '../errors.ts';
import {
  type CountedRefusal,
  type DisclosedCoordinate,
  type Disclosure,
  isGiven,
  type ProviderCall,
  type SentItems,
} from '../ledger/index.ts';
import type { DisclosureId, Principal } from '../words.ts';
import { settleChecks } from './check/attempts.ts';
import type { About, Decided } from './decide.ts';
import type { Fetch, FetchResult } from './fetch.ts';
import type { Findings } from './findings.ts';
import { asGiven, NOTHING_GIVEN } from './given.ts';
import { NO_JUDGEMENT } from './judgement.ts';
import { tooComplex } from './operation/index.ts';
import type { Answer, BrokerParts } from './parts.ts';
import type { RunResult } from './prepare.ts';

/** What executing came to: the answer's data, and what the ledger says of it. */
export interface Executed {
  readonly id: DisclosureId;
  readonly data: Buffer;
  readonly failures: readonly Failure[];
  readonly rows: number;
  readonly subjects: readonly string[];
  readonly decisions: readonly DisclosedCoordinate[];
  readonly providers: readonly ProviderCall[];
  readonly findings?: Findings;
  readonly isPublic?: boolean;
  readonly refusal?: Failure;
}

/** How a request is run. */
export interface Execution {
  /** Only reads: a fetch may be tried again. */
  readonly idempotent: boolean;
  /** What a provider has pushed: the answer to the first fetch, which then asks nobody. */
  readonly event?: Buffer;
  readonly draw?: number;
}

/** Runs a decided request. */
export async function execute(
  parts: BrokerParts,
  { program, values, about }: Extract<Decided, { ok: true }>,
  { idempotent, event: pushed, draw }: Execution,
): Promise<Executed> {
  const id = parts.ledger.nextId();
  const calls = new Map<string, ProviderCall>();
  const subjects = parts.hashes.gatherSubjects();
  const { principal, purpose } = about;
  let event = pushed;
  const fetch: Fetch = async ({ subgraph, body }) => {
    if (!principal || !purpose)
      return { ok: false, code: 'PROVIDER_UNAVAILABLE', details: { provider: subgraph } };
    if (event) {
      const result: FetchResult = { ok: true, body: event };
      event = undefined;
      noteCall(calls, subgraph, result);
      return result;
    }
    const { grants, sent } = about.judgement ?? NO_JUDGEMENT;
    const items = sent.find((one) => one.subgraph === subgraph)?.coordinates ?? NOTHING_SENT;
    const question = {
      ...{ subgraph, body, idempotent, principal, purpose, grants },
      ...{ sent: items, disclosure: id },
    };
    const got = await parts.stage('fetch', () => parts.ask(question));
    noteCall(calls, subgraph, got);
    return got;
  };
  const parties = program.asksParties ? await partiesOf(parts, about) : null;
  const run = () =>
    program.run({
      variables: values,
      subjects,
      fetch,
      ...(draw !== undefined && { draw }),
      ...(parties && { parties }),
    });
  const result = await parts.stage('execute', run);
  const { data, rows, isPublic, refusal } = result;
  const { failures, matched, ...found } = await findingsOf(parts, principal, result);
  const disclosed = about.judgement?.disclosed ?? [];
  const decisions = asGiven(parts.publication, disclosed, { fields: result.given, matched });
  const providers = [...calls.values()].map((call) => withFailures(call, failures));
  const told = { ...(isPublic && { isPublic }), ...(refusal && { refusal }) };
  return { id, data, failures, rows, subjects: subjects.hashes, decisions, providers, ...found, ...told };
}

const NOTHING_SENT: readonly string[] = [];

/** Who is a subject of the matter; nobody where that cannot be found out. */
async function partiesOf(
  parts: BrokerParts,
  { principal, purpose }: About,
): Promise<((subject: unknown) => boolean) | null> {
  if (!principal || !purpose || !parts.parties) return null;
  return parts.parties(principal.department, purpose.matter).catch(() => null);
}

interface Settled {
  readonly failures: readonly Failure[];
  /** Coordinates of which it is told whether a value matches. */
  readonly matched: ReadonlySet<string>;
  readonly findings?: Findings;
}

const NOTHING: ReadonlySet<string> = new Set();

/** What was checked and compared; nothing for most answers. */
async function findingsOf(
  parts: BrokerParts,
  principal: Principal | null,
  { failures, checks = [], compared = [] }: RunResult,
): Promise<Settled> {
  if (checks.length + compared.length === 0 || !principal) return { failures, matched: NOTHING };
  const settled = await settleChecks(parts, principal, checks);
  const findings: Findings = {
    ...(checks.length > 0 && { verified: settled.verified }),
    ...(compared.length > 0 && { sources: compared }),
  };
  const matched = checks.filter((_, at) => settled.verified[at]?.matches !== null);
  return {
    failures: [...failures, ...settled.failures],
    matched: new Set(matched.map((one) => one.coordinate)),
    findings,
  };
}

/** The answer of what was executed: only once its record is durable; when it cannot be, only that is said. */
export async function recorded(parts: BrokerParts, about: About, executed: Executed): Promise<Answer> {
  const { id, data, failures, findings, isPublic, refusal } = executed;
  if (refusal) return noted(parts, about, [refusal], id);
  const { subjects: most } = parts.limits;
  if (executed.subjects.length > most)
    return noted(parts, about, [tooComplex('subjects', executed.subjects.length, most)], id);
  const disclosure = disclosureOf(parts, id, about, failures, executed);
  try {
    await parts.stage('record', () => parts.ledger.append(disclosure));
  } catch {
    return unrecorded(id);
  }
  const isShown = (coordinate: string): boolean =>
    executed.decisions.some((one) => one.coordinate === coordinate && isGiven(one));
  const disputed = parts.disputes?.(executed.subjects, isShown);
  return {
    receipt: id,
    data,
    failures,
    ...(disputed && { disputed }),
    ...(findings && { findings }),
    ...(isPublic && { isPublic }),
  };
}

/**
 * A record without data: a refusal, or the start and the end of a subscription. Nothing leaves that is not on record;
 * when the record fails, only that is said. `calls` have been made all the same, and what they carried was sent. Refusals of one
 * kind that come without end are counted in one record.
 */
export async function noted(
  parts: BrokerParts,
  about: About,
  failures: readonly Failure[],
  given?: DisclosureId,
  calls: readonly ProviderCall[] = [],
): Promise<Answer> {
  const counted = given === undefined ? countedIn(parts, about, failures) : null;
  if (counted !== null) {
    const isOnRecord = await counted.written.then(
      () => true,
      () => false,
    );
    return isOnRecord ? { receipt: counted.id, failures } : unrecorded(counted.id);
  }
  const id = given ?? parts.ledger.nextId();
  const disclosure = disclosureOf(parts, id, about, failures, undefined, calls);
  try {
    await parts.ledger.append(disclosure);
  } catch {
    return unrecorded(id);
  }
  return { receipt: id, failures };
}

/** The record in which a refusal is counted. What was decided of any item has a record of its own, always. */
function countedIn(
  { refusals }: BrokerParts,
  { judgement, subscription, principal, caller = '' }: About,
  [failure]: readonly Failure[],
): CountedRefusal | null {
  if (!refusals || !failure || judgement || subscription) return null;
  return refusals.count({ department: principal?.department ?? null, code: failure.code, caller });
}

function unrecorded(receipt: DisclosureId): Answer {
  return { receipt, failures: [{ code: 'LEDGER_UNAVAILABLE', details: {} }] };
}

function noteCall(calls: Map<string, ProviderCall>, subgraph: string, got: FetchResult): void {
  const before = calls.get(subgraph);
  const outcome = got.ok ? 'OK' : got.code === 'PROVIDER_TIMEOUT' ? 'TIMEOUT' : 'UNAVAILABLE';
  const joined = before && before.outcome !== outcome ? 'PARTIAL' : outcome;
  calls.set(subgraph, { subgraph, outcome: joined, calls: (before?.calls ?? 0) + 1 });
}

/** A provider that answered, but whose answer held errors or could not be used in some place, answered in part. */
function withFailures(call: ProviderCall, failures: readonly Failure[]): ProviderCall {
  const isHit = call.outcome === 'OK' && failures.some(({ details }) => details.subgraph === call.subgraph);
  return isHit ? { ...call, outcome: 'PARTIAL' } : call;
}

/** Names of operations are ASCII, and may be as long as the request. */
const LONGEST_NAME = 200;

/** The ledger's record of one answer or refusal. */
function disclosureOf(
  parts: BrokerParts,
  id: DisclosureId,
  about: About,
  failures: readonly Failure[],
  executed?: Executed,
  calls: readonly ProviderCall[] = executed?.providers ?? [],
): Disclosure {
  const { principal, purpose, judgement = NO_JUDGEMENT } = about;
  const { hashes } = parts;
  return {
    id,
    time: parts.now(),
    department: principal?.department ?? null,
    operator: principal?.operator ?? null,
    use: purpose?.use ?? null,
    matter: purpose?.matter ?? null,
    operation: hashes.operation(about.hash),
    operationName: about.name?.slice(0, LONGEST_NAME) ?? null,
    decisions: executed?.decisions ?? decisionsWithout(parts, about),
    grants: judgement.grants,
    schemaRevision: parts.publication.revision,
    policyRevision: parts.policy.revision,
    providers: calls,
    ...sentTo(judgement.sent, calls),
    rows: executed?.rows ?? 0,
    subjects: executed?.subjects ?? [],
    variablesDigest: hashes.content(id, JSON.stringify(about.variables)),
    answerDigest: executed ? hashes.content(id, contentOf(executed)) : '', // What is digested is what leaves.
    ...hashes.keys,
    errors: [...new Set(failures.map((one) => one.code))],
    ...(about.subscription && { subscription: about.subscription }),
  };
}

/** A refusal gives nothing; the start, a change and the end of a subscription say what its events may bring. */
function decisionsWithout(parts: BrokerParts, { judgement = NO_JUDGEMENT, subscription }: About) {
  return subscription ? judgement.disclosed : asGiven(parts.publication, judgement.disclosed, NOTHING_GIVEN);
}

/** What those were sent who were asked. */
function sentTo(
  sent: readonly SentItems[],
  providers: readonly ProviderCall[],
): { readonly sent?: readonly SentItems[] } {
  if (sent.length === 0) return {};
  const asked = sent.filter((one) => providers.some(({ subgraph }) => subgraph === one.subgraph));
  return asked.length > 0 ? { sent: asked } : {};
}

/** The data, followed by what was found out beside it, as JSON: that is disclosed too. */
function contentOf({ data, findings }: Executed): Buffer {
  return findings ? Buffer.concat([data, Buffer.from(JSON.stringify(findings))]) : data;
}
