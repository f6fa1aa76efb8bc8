import type { QueryPlan } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Failure } from '../errors.ts';
import { writeJson } from '../exact-json.ts';
import type { DepartmentCode } from '../words.ts';
import { compareSources } from './check/compare-sources.ts';
import type { Check, Compared } from './findings.ts';
import { askedOfProviders, askedOfSchema, createIntrospection, type Told } from './introspection/index.ts';
import { openCursors } from './paging/arguments.ts';
import { pagingOf } from './paging/shapes.ts';
import { carriedBy } from './plan/carried.ts';
import { exactLiterals, readLiteralsExactly } from './plan/exact-literals.ts';
import type { Asking, Planned } from './plan/planned.ts';
import type { Planner } from './plan/planner.ts';
import { questionKeys, withQuestionKeys } from './plan/question-keys.ts';
import type { Engine, EngineInput, Runnable, RunResult } from './prepare.ts';
import { compilePlan, type PlanProgram } from './program/compile.ts';
import type { JsonObject } from './program/record.ts';
import { type CleanShaper, compileCleanShaper } from './shape/clean.ts';
import { conditionVariables } from './shape/collect.ts';
import type { ToCompare } from './shape/compared.ts';
import { type ConsumerPaths, consumerPaths } from './shape/consumer-paths.ts';
import { FailureList } from './shape/failure-list.ts';
import { compileScanner, noteSubjects, type Passed, type Scanner } from './shape/scan.ts';
import { isOutOfScope } from './shape/scoped.ts';
import { compileShaper, type Shaper, type ShaperInput, type Shaping } from './shape/shaper.ts';
import { compileGiven, type GivenAt, type Sites } from './shape/sites.ts';

/** How many combinations of `@skip`/`@include` values are kept compiled for one program. */
const KEPT_SHAPERS = 32;

/** What the engine needs of a publication. */
export interface EngineSource {
  /** What consumers see. */
  readonly schema: GraphQLSchema;
  readonly subgraphs: readonly {
    readonly name: string;
    readonly provider: { readonly name: string; readonly code?: DepartmentCode };
  }[];
  readonly index: { rule(coordinate: string): { readonly provider: { readonly name: string } } };
}

/** Liancha's own engine: plans with the federation query planner, compiles the plan and the answer's shape, runs both. */
export function createEngine(publication: EngineSource, planner: Planner): Engine {
  const names = new Map(publication.subgraphs.map(({ name, provider }) => [name, provider.name]));
  const codes = new Map(publication.subgraphs.map(({ name, provider }) => [name, provider.code ?? null]));
  const codeOf = (subgraph: string | null): DepartmentCode | null => codes.get(subgraph ?? '') ?? null;
  readLiteralsExactly(publication.schema);
  const providerName = (subgraph: string): string => names.get(subgraph) ?? subgraph;
  const providerOf = (coordinate: string): string => publication.index.rule(coordinate).provider.name;
  const introspection = createIntrospection(publication.schema);
  const named: Names = { providerName, providerOf, codeOf };
  return {
    plan: (asking) => planEverySide(publication.schema, planner, asking),
    compile(input, planned) {
      const own = askedOfSchema(input.document);
      const introspect = own && introspection.prepare(own);
      // A question about nothing but the schema is answered as it is written.
      if (introspect && !askedOfProviders(input.document))
        return { run: ({ variables }) => resultOfTold(introspect(variables)) };
      return compile(publication.schema, planner, named, introspect, input, planned);
    },
  };
}

/** One plan for each side of a progressive override that a draw may take; most supergraphs have none. */
function planEverySide(
  schema: GraphQLSchema,
  planner: Planner,
  { document, guardedDocument, cursors }: Asking,
): Planned | Promise<Planned> {
  const keyOf = questionKeys([document, guardedDocument], planner.added);
  const keyed = withQuestionKeys(guardedDocument, keyOf);
  const opened = cursors ? openCursors(schema, pagingOf(schema), keyed, cursors) : null;
  const whole = askedOfProviders(opened?.document ?? keyed);
  const literals = whole && exactLiterals(schema, whole);
  const asked = literals?.document ?? null;
  const sides = planner.thresholds.map((_, side): readonly [number, number] => [
    side,
    planner.thresholds[side - 1] ?? 0,
  ]);
  sides.push([-1, planner.thresholds.at(-1) ?? 0]);
  const plans = asked ? sides.map(([side, draw]) => [side, planner.plan(asked, draw)] as const) : [];
  const joined = (made: readonly (readonly [number, QueryPlan])[]): Planned => {
    const restored = made.map(([side, plan]) => [side, literals?.restore(plan) ?? plan] as const);
    return {
      plans: new Map(restored),
      carried: restored.flatMap(([, plan]) => carriedBy(plan, planner)),
      types: planner,
      keyOf,
      opened,
    };
  };
  const known = plans.flatMap(([side, plan]) => (plan instanceof Promise ? [] : [[side, plan] as const]));
  if (known.length === plans.length) return joined(known);
  return Promise.all(plans.map(async ([side, plan]) => [side, await plan] as const)).then(joined);
}

interface Names {
  providerName(subgraph: string): string;
  providerOf(coordinate: string): string;
  codeOf(subgraph: string | null): DepartmentCode | null;
}

async function resultOfTold(telling: Promise<Told>): Promise<RunResult> {
  const one = await telling;
  return one.ok
    ? { data: one.data, failures: [], rows: 0, given: NOTHING, isPublic: true }
    : { data: NO_DATA, failures: [], rows: 0, given: NOTHING, refusal: one.failure };
}

const NO_DATA = Buffer.from('null');
const NOTHING: ReadonlySet<string> = new Set();

function compile(
  schema: GraphQLSchema,
  planner: Planner,
  { providerName, providerOf, codeOf }: Names,
  introspect: ((variables: Readonly<Record<string, unknown>>) => Promise<Told>) | null,
  input: EngineInput,
  { plans, keyOf, opened }: Planned,
): Runnable {
  const paging = pagingOf(schema);
  const programs = new Map(
    [...plans].map(([side, plan]) => [side, compilePlan(planner, plan, providerName)] as const),
  );
  const drawProgram = (drawn?: number): PlanProgram | null => {
    const draw = drawn ?? (planner.thresholds.length > 0 ? Math.random() * 100 : 0);
    const side = planner.thresholds.findIndex((percent) => draw < percent);
    return programs.get(side) ?? null;
  };
  const variableNames = conditionVariables(input.document);
  const shapers = new LRUCache<string, Shape>({ max: KEPT_SHAPERS });
  const numbers = new Map<PlanProgram | null, number>();
  const shapeFor = (variables: Readonly<Record<string, unknown>>, program: PlanProgram | null): Shape => {
    const number = numbers.get(program) ?? numbers.size;
    numbers.set(program, number);
    const key = variableNames.reduce(
      (text, name) => text + (variables[name] === true ? '1' : '0'),
      `${number} `,
    );
    let shape = shapers.get(key);
    if (!shape) {
      const conditions = new Map(variableNames.map((name) => [name, variables[name] === true]));
      const maskFor: ShaperInput['maskFor'] = (rule, coordinate, path) =>
        input.maskFor(rule, coordinate, codeOf(program?.sourceAt(path) ?? null));
      const sealCursor = input.cursors?.seal;
      const names = { providerOf, keyOf, maskFor, sealCursor };
      const shaping: ShaperInput = { ...input, ...names, schema, paging, conditions };
      shape = {
        shaper: compileShaper(shaping),
        pathsOf: consumerPaths(shaping),
        clean: introspect ? null : withGiven(compileCleanShaper(shaping)),
        scanner: introspect ? null : withGiven(compileScanner(shaping)),
      };
      shapers.set(key, shape);
    }
    return shape;
  };
  const runnable: Runnable = {
    misfit(variables) {
      const own = opened?.open(variables);
      return own && !own.ok ? own.failure : null;
    },
    async run({ variables, fetch, subjects, draw, parties }): Promise<RunResult> {
      const data: JsonObject = {};
      const reported = new FailureList();
      const program = drawProgram(draw);
      const { shaper, pathsOf, clean, scanner } = shapeFor(variables, program);
      const lone: { passed: Passed | null } = { passed: null };
      const pass = (body: Buffer): boolean => {
        lone.passed = (program?.isLone && scanner?.scan(body)) || null;
        return lone.passed !== null;
      };
      const own = opened?.open(variables) ?? { ok: true, variables };
      if (!own.ok) throw new Error('a request with a foreign cursor is refused before it is run');
      await program?.run({ data, variables: own.variables, fetch, failures: reported, pass });
      if (lone.passed && scanner) {
        const { data, rows, sites } = lone.passed;
        noteSubjects(lone.passed, subjects);
        return { data, failures: [], rows, given: scanner.given(sites) };
      }
      const onSubject = (value: unknown): void => subjects.add(value);
      if (clean && reported.length === 0) {
        const counted = {
          onSubject,
          listed: 0,
          roots: 0,
          sites: new Uint8Array(clean.sites.length),
          variables,
        };
        const tree = clean.shape(data, counted);
        if (tree) return resultOf(tree, [], counted, clean.given(counted.sites));
        subjects.clear(); // What was noted before it gave up may not be given.
      }
      const schemaTold = await introspect?.(variables);
      if (schemaTold && !schemaTold.ok) return resultOfTold(Promise.resolve(schemaTold));
      if (schemaTold) Object.assign(data, JSON.parse(schemaTold.data.toString('utf8')));
      const told = reported
        .told()
        .flatMap((one) => (one.path ? pathsOf(data, one.path).map((path) => ({ ...one, path })) : [one]));
      const outOfScope: Shaping['outOfScope'] = [];
      const found: Findings = { checks: [], compared: [] };
      const shaping = (): Shaping => ({
        failures: new FailureList(),
        reported: told,
        onSubject,
        given: [],
        outOfScope: [],
        ...(parties && { parties }),
        listed: 0,
        roots: 0,
        variables,
      });
      if (input.guarded.crossChecks?.size) {
        const toCompare: ToCompare[] = [];
        shaper(data, { ...shaping(), onSubject: () => undefined, toCompare });
        await compareSources(toCompare, fetch);
      }
      const failures = new FailureList();
      const last: Shaping = { ...shaping(), ...found, failures, outOfScope };
      const tree = shaper(data, last);
      const shown = outOfScope.length > 0 ? told.filter((one) => !isOutOfScope(one, outOfScope)) : told;
      const within = shown.map((one) => withinAnswer(one, tree));
      const all = [...within, ...failures.told()];
      // Where there is no way to anything that was asked for, there is no answer.
      const answer = program?.isEmpty && failures.length > 0 ? null : tree;
      return { ...resultOf(answer, all, last, answer ? new Set(last.given) : new Set()), ...found };
    },
  };
  return runnable;
}

function resultOf(
  tree: JsonObject | null,
  failures: readonly Failure[],
  { listed, roots }: Counts,
  given: ReadonlySet<string>,
): RunResult {
  return { data: Buffer.from(writeJson(tree)), failures, rows: listed || roots, given };
}

type Counts = Pick<Shaping, 'listed' | 'roots'>;

/** A provider may fail at what only the plan asked of it (a key, a requirement): that is told of the object that was asked for. */
function withinAnswer(failure: Failure, tree: JsonObject | null): Failure {
  let value: unknown = tree;
  for (const [index, step] of (failure.path ?? []).entries()) {
    if (typeof value !== 'object' || value === null) return failure;
    if (!Object.hasOwn(value, step)) return { ...failure, path: (failure.path ?? []).slice(0, index) };
    value = Reflect.get(value, step);
  }
  return failure;
}

interface Findings {
  readonly checks: Check[];
  readonly compared: Compared[];
}

/** How one combination of conditions is brought into its shape: by bytes if they are right already. */
interface Shape {
  readonly shaper: Shaper;
  readonly pathsOf: ConsumerPaths;
  /** For merged data in which nothing is missing. */
  readonly clean: WithGiven<CleanShaper> | null;
  readonly scanner: WithGiven<Scanner> | null;
}

type WithGiven<T> = T & { readonly given: GivenAt };

function withGiven<T extends { readonly sites: Sites }>(one: T | null): WithGiven<T> | null {
  return one && { ...one, given: compileGiven(one.sites) };
}
