import type { DocumentNode, FieldNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Failure } from '../errors.ts';
import type { Subjects } from '../ledger/index.ts';
import type { DepartmentCode, GrantId, MaskRule, Principal } from '../words.ts';
import { Askers } from './askers.ts';
import { misfitOf } from './check/misfit.ts';
import type { Fetch } from './fetch.ts';
import type { Check, Compared } from './findings.ts';
import {
  type Behind,
  type GuardedVariable,
  guardedVariables,
  type Judge,
  type Subjects as SubjectFields,
  type VariableGuarding,
} from './guard/index.ts';
import { type Judgement, judgementOf } from './judgement.ts';
import type { Admitted } from './operation/index.ts';
import type { CursorSeal } from './paging/seal.ts';
import type { BrokerParts } from './parts.ts';
import type { Asking, Planned } from './plan/planned.ts';
import { asksParties, recordScopes } from './record-scopes.ts';
import { type Settled, settle } from './settle.ts';
import type { Denial, Guarded } from './shape/decisions.ts';
import { type Coerced, coerceVariables } from './variables.ts';

/** An admitted operation with everything that its requests share. */
export interface PreparedOperation {
  readonly admitted: Admitted;
  readonly text: string;
  /** Which of the text's operations, as it was asked for. */
  readonly operationName: string | null;
  readonly askers: Askers;
  readonly guardedVariables: readonly GuardedVariable[];
  coerce(variables: Readonly<Record<string, unknown>>): Coerced;
  /** Compiled programs by entitlement and denied variables; one that is being compiled stands for all who ask for it. */
  readonly programs: LRUCache<string, Program | Promise<Program>>;
}

/** What executes a guarded operation. */
export interface Engine {
  /** Plans what may be asked. A promise where the plan is made elsewhere. Fails when there is no plan. */
  plan(asking: Asking): Planned | Promise<Planned>;
  compile(input: EngineInput, planned: Planned): Runnable;
}

export interface EngineInput {
  /** The consumer's operation. */
  readonly document: DocumentNode;
  /** What of it may be asked. */
  readonly guardedDocument: DocumentNode;
  readonly guarded: Guarded;
  /** By object type, the fields that say whom a record is about; `guardedDocument` asks for them everywhere. */
  readonly subjects: SubjectFields;
  /** By type of a page or of its rows, what leads to the records in it; `guardedDocument` asks for it everywhere. */
  readonly behind: Behind;
  /** Seals cursors for the consumer, and opens them. Without it they are given as they are. */
  readonly cursors?: CursorSeal | undefined;
  /** The mask of a rule for values of a coordinate from one department; null where it cannot be told from which. */
  maskFor(rule: MaskRule, coordinate: string, source: DepartmentCode | null): (value: unknown) => unknown;
}

export interface Runnable {
  /** Why a request cannot be run, for what is found out before anybody is asked. */
  misfit?(variables: Readonly<Record<string, unknown>>): Failure | null;
  run(context: RunContext): Promise<RunResult>;
}

export interface RunContext {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fetch: Fetch;
  /** Where whom the answer is about is noted. */
  readonly subjects: Subjects;
  /** Decides on progressive overrides (0 to 100); by chance where it is absent. */
  readonly draw?: number;
  /** Is somebody a subject of the matter that the query states? */
  readonly parties?: (subject: unknown) => boolean;
}

export interface RunResult {
  /** The JSON of `data`. */
  readonly data: Buffer;
  readonly failures: readonly Failure[];
  readonly rows: number;
  /** Nothing but the schema itself. */
  readonly isPublic?: boolean;
  /** Why there is no answer, although nobody was denied anything. */
  readonly refusal?: Failure;
  /** Coordinates of fields of which something was given: a value, or the provider's null. */
  readonly given: ReadonlySet<string>;
  /** Values that are to be compared with what the consumer holds. */
  readonly checks?: readonly Check[];
  /** How the sources of values compare. */
  readonly compared?: readonly Compared[];
}

/** A compiled operation for one entitlement. */
export interface Program extends Runnable {
  readonly judgement: Judgement;
  readonly denied: ReadonlyMap<FieldNode, Denial>;
  /** Does a scope ask who is a subject of the matter? */
  readonly asksParties: boolean;
  /** Rights of providers without which it sends them nothing, by subgraph: their entitlements' keys. */
  readonly restsOn: ReadonlyMap<string, string>;
  /** Grants of providers of which answers are counted, with how many a day they allow. */
  readonly quotas: ReadonlyMap<GrantId, number>;
  /** Does a value that the consumer holds make no sense for the item that it is to be compared with? */
  misfit(variables: Readonly<Record<string, unknown>>): Failure | null;
}

/** Different entitlements (departments with other grants, other uses) for which one operation is kept compiled. */
const KEPT_PROGRAMS = 64;

export function prepareOperation(
  schema: GraphQLSchema,
  admitted: Admitted,
  text: string,
  operationName: string | null = null,
): PreparedOperation {
  const definitions = admitted.declared.variableDefinitions ?? [];
  return {
    admitted,
    text,
    operationName,
    askers: new Askers(),
    guardedVariables: guardedVariables({ schema }, admitted),
    coerce: (variables) => coerceVariables(schema, definitions, variables),
    programs: new LRUCache({ max: KEPT_PROGRAMS }),
  };
}

interface ProgramParts {
  readonly engine: Engine;
  maskFor: BrokerParts['maskFor'];
  cursorsFor?: BrokerParts['cursorsFor'];
}

/** The program of an operation under an entitlement; compiled at its first use, which all wait for who ask for it meanwhile. */
export function programFor(
  operation: PreparedOperation,
  judge: Judge,
  inputs: VariableGuarding,
  parts: ProgramParts,
  principal: Principal,
): Program | Promise<Program> {
  const { programs } = operation;
  // Pseudonyms differ by consumer, so programs are not shared between departments.
  const key = `${principal.department} ${judge.entitlement.key} ${judge.use} ${inputs.key} ${judge.spent}`;
  const kept = programs.get(key);
  if (kept && (kept instanceof Promise || isCurrent(kept, judge))) return kept;
  const compile = (settled: Settled): Program => {
    const program = compileProgram(operation, judge, settled, parts, principal);
    programs.set(key, program);
    return program;
  };
  const cursors = parts.cursorsFor?.(principal);
  const plan = (asking: Asking) => parts.engine.plan({ ...asking, cursors });
  const settled = settle(operation.admitted.document, judge, inputs, plan);
  if (!(settled instanceof Promise)) return compile(settled);
  const coming = settled.then(compile).catch((error: unknown) => {
    programs.delete(key);
    throw error;
  });
  programs.set(key, coming);
  return coming;
}

/** Have its providers the rights still that it was compiled under, and no more? */
export function isCurrent({ restsOn }: Program, judge: Pick<Judge, 'recipient'>): boolean {
  for (const [subgraph, key] of restsOn) if (judge.recipient(subgraph).entitlement.key !== key) return false;
  return true;
}

function compileProgram(
  { admitted: { document } }: PreparedOperation,
  judge: Judge,
  { guarding, guardedDocument, subjects, behind, planned, decisions }: Settled,
  parts: ProgramParts,
  principal: Principal,
): Program {
  const input: EngineInput = {
    document,
    guardedDocument,
    guarded: {
      denied: guarding.denied,
      masked: guarding.masks,
      deniedValues: guarding.deniedValues,
      scoped: recordScopes(guarding.scopes),
      checks: guarding.checks,
      crossChecks: guarding.crossChecks,
      identified: guarding.identified,
    },
    subjects,
    behind,
    cursors: parts.cursorsFor?.(principal),
    maskFor: (rule, coordinate, source) => parts.maskFor(rule, coordinate, source, principal),
  };
  const runnable = parts.engine.compile(input, planned);
  const recipients = decisions.flatMap(({ recipient, decision }) =>
    recipient && (decision.effect !== 'ALLOW' || decision.grants.length > 0) ? [recipient] : [],
  );
  return {
    run: (context) => runnable.run(context),
    judgement: judgementOf(decisions, judge.index, guarding.scopes),
    denied: guarding.denied,
    asksParties: asksParties(guarding.scopes),
    restsOn: new Map(recipients.map(({ subgraph, entitlement }) => [subgraph, entitlement.key])),
    quotas: new Map(recipients.flatMap(({ entitlement }) => [...(entitlement.quotas ?? [])])),
    misfit: (variables) =>
      misfitOf(judge.schema, guarding.checks, variables) ?? runnable.misfit?.(variables) ?? null,
  };
}
