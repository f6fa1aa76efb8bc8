import type { Failure } from '../errors.ts';
import type { SubscriptionPart } from '../ledger/index.ts';
import type { GrantId, Principal } from '../words.ts';
import { type Entitlement, guardVariables, type Judge, type Recipient } from './guard/index.ts';
import { type Judgement, joinJudgements } from './judgement.ts';
import {
  isUnreadableMatter,
  judgeCost,
  MATTER_LIMIT,
  type PurposeSource,
  type StatedPurpose,
  statedPurpose,
} from './operation/index.ts';
import type { BrokerParts } from './parts.ts';
import { isCurrent, type PreparedOperation, type Program, programFor } from './prepare.ts';
import { deniedAtOnce } from './reject.ts';

/** What a disclosure is about, as far as it is known at the time. */
export interface About {
  readonly hash: string;
  readonly name: string | null;
  readonly principal: Principal | null;
  /** Whom it counts on where nobody is known. */
  readonly caller?: string;
  readonly purpose: StatedPurpose | null;
  readonly variables: Variables;
  readonly judgement?: Judgement;
  /** The subscription that it belongs to, and as what. */
  readonly subscription?: SubscriptionPart;
}

/** One request that may go on, with everything that was decided of it; or why it may not. */
export type Decided =
  | {
      readonly ok: true;
      readonly about: About;
      readonly program: Program;
      /** Variables, coerced. */
      readonly values: Variables;
      readonly entitlement: Entitlement;
      /** Grants that were left out because their quota of the day is used up. */
      readonly exhausted?: ReadonlySet<GrantId>;
    }
  | { readonly ok: false; readonly about: About; readonly failures: readonly Failure[] };

type Variables = Readonly<Record<string, unknown>>;

/** A request of which nothing has been decided yet. */
export function undecided(
  operation: PreparedOperation,
  variables: Variables,
  principal: Principal,
  purpose: StatedPurpose | null = null,
): About {
  const { hash, name } = operation.admitted;
  return { hash, name, principal, purpose, variables };
}

/**
 * Decides on one request of an admitted operation: purpose, variables, cost, policy. Asks no provider. A promise only where the
 * operation is still to be planned: what is known is decided at once.
 */
export function decide(
  parts: BrokerParts,
  operation: PreparedOperation,
  variables: Variables,
  principal: Principal,
  exhausted?: ReadonlySet<GrantId>,
): Decided | Promise<Decided> {
  const { admitted } = operation;
  const unstated = undecided(operation, variables, principal);
  const { purposeByDefault = null } = parts;
  if (admitted.asksForData && !admitted.purpose && !purposeByDefault) return refused(unstated, REQUIRED);
  const coerced = operation.coerce(variables);
  if (!coerced.ok) return refused(unstated, ...coerced.failures);
  const { values } = coerced;
  const purpose = admitted.purpose ? statedPurpose(admitted.purpose, values) : purposeByDefault;
  if (admitted.asksForData && !purpose)
    return refused(
      unstated,
      admitted.purpose && isUnreadableMatter(admitted.purpose, values) ? UNREADABLE : REQUIRED,
    );
  const about = undecided(operation, variables, principal, purpose);
  if (typeof admitted.measure.cost === 'function') {
    const excess = judgeCost(admitted.measure.cost(values), parts.limits);
    if (excess) return refused(about, excess);
  }
  const judge = judgeFor(parts, principal, purpose, exhausted);
  const inputs = guardVariables(judge, operation.guardedVariables, variables);
  const program = parts.stage('decide', () => programFor(operation, judge, inputs, parts, principal));
  const { entitlement } = judge;
  const decideWith = (program: Program): Decided => {
    const judgement = joinJudgements(program.judgement, inputs.decisions, judge.index);
    const { hash, name } = admitted;
    const judged: About = { hash, name, principal, purpose, variables, judgement };
    if (purpose?.onDenied === 'REJECT') {
      const denials = deniedAtOnce(admitted, program.denied, values);
      if (denials.length > 0) return refused(judged, ...denials);
    }
    const misfit = program.misfit(values);
    if (misfit) return refused(judged, misfit);
    const decided = { ok: true, about: judged, program, values, entitlement } as const;
    return exhausted ? { ...decided, exhausted } : decided;
  };
  if (!(program instanceof Promise)) return decideWith(program);
  return program.then(
    // Rights that have changed while it was planned: nothing is done under those that were.
    (one) => {
      const now = judgeFor(parts, principal, purpose, exhausted);
      return now.entitlement.key === entitlement.key && isCurrent(one, now)
        ? decideWith(one)
        : decide(parts, operation, variables, principal, exhausted);
    },
    (error: unknown) => refused(about, parts.defect(error)),
  );
}

/**
 * Compiles what a department's next request of an operation will most likely need: no variable carries anything denied. Without
 * effect when the use is only known with the request.
 */
export async function foresee(
  parts: BrokerParts,
  operation: PreparedOperation,
  principal: Principal,
): Promise<void> {
  const { admitted } = operation;
  const { purposeByDefault = null } = parts;
  const anyMatter = { matter: 'any', onDenied: 'NULL' };
  const source = admitted.purpose;
  const purpose = source ? statedPurpose(source, variablesOf(source, anyMatter)) : purposeByDefault;
  if (admitted.asksForData && !purpose) return;
  const judge = judgeFor(parts, principal, purpose);
  const inputs = guardVariables(judge, operation.guardedVariables, {});
  await programFor(operation, judge, inputs, parts, principal);
}

/** Variables that would give a purpose these values. */
function variablesOf(source: PurposeSource, values: { matter: string; onDenied: string }): Variables {
  const { matter, onDenied } = source;
  return {
    ...('variable' in matter && { [matter.variable]: values.matter }),
    ...('variable' in onDenied && { [onDenied.variable]: values.onDenied }),
  };
}

const REQUIRED: Failure = { code: 'PURPOSE_REQUIRED', details: {} };

const UNREADABLE: Failure = {
  code: 'BAD_USER_INPUT',
  details: {
    detail: `matter: 1–${MATTER_LIMIT} 个可见字符，不含控制、换向或残缺字符 visible characters on one line, nothing hidden among them`,
  },
};

function refused(about: About, ...failures: readonly Failure[]): Decided {
  return { ok: false, about, failures };
}

/** Without a purpose only the schema itself is asked for, so there is nothing to be entitled to. */
const NOBODY: Entitlement = {
  key: 'schema',
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ effect: 'DENY', code: 'WITHHELD', policies: ['purpose-required'] }),
};

/** Would the request be decided otherwise now: have the consumer's rights changed, or those of a provider that is sent something? */
export function isOutdated(
  parts: BrokerParts,
  principal: Principal,
  { about, entitlement, program, exhausted }: Extract<Decided, { ok: true }>,
): boolean {
  if (!about.purpose) return false;
  const now = judgeFor(parts, principal, about.purpose, exhausted);
  return now.entitlement.key !== entitlement.key || !isCurrent(program, now);
}

function judgeFor(
  parts: BrokerParts,
  principal: Principal,
  purpose: StatedPurpose | null,
  exhausted?: ReadonlySet<GrantId>,
): Judge {
  return {
    schema: parts.publication.schema,
    index: parts.publication.index,
    entitlement: purpose ? parts.policy.entitle(principal, purpose.use, exhausted) : NOBODY,
    use: purpose?.use ?? 'WORK_REFERENCE',
    spent: exhausted ? [...exhausted].sort().join(' ') : '',
    applyLink: (coordinate, use, department = principal.department) =>
      parts.applyLink(coordinate, use, department),
    recipient: (subgraph) => recipientFor(parts, principal, purpose, subgraph, exhausted),
  };
}

/** What a provider may have itself, in the network and for the use of the question that it helps to answer. */
function recipientFor(
  parts: BrokerParts,
  { zone }: Principal,
  purpose: StatedPurpose | null,
  subgraph: string,
  exhausted?: ReadonlySet<GrantId>,
): Recipient {
  const department = parts.publication.subgraphs.find(({ name }) => name === subgraph)?.provider;
  if (!department) throw new Error(`subgraph ${subgraph} is asked, and not published`);
  const principal: Principal = {
    ...{ department: department.code, departmentName: department.name },
    ...{ operator: '', roles: [], zone },
  };
  return {
    subgraph,
    department,
    get entitlement() {
      return purpose ? parts.policy.entitle(principal, purpose.use, exhausted) : NOBODY;
    },
  };
}
