import type { QueryPlan } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Failure } from '../errors.ts';
import { compareSources } from './check/compare-sources.ts';
import type { Check, Compared } from './findings.ts';
import { askedOfProviders, askedOfSchema, createIntrospection, type Told } from './introspection/index.ts';
import { withoutOwnKeys } from './own-key.ts';
import { consumerStep } from './plan/internal-keys.ts';
import type { Planner } from './plan/planner.ts';
import type { Engine, EngineInput, Runnable, RunResult } from './prepare.ts';
import { compilePlan, type PlanProgram } from './program/compile.ts';
import type { JsonObject } from './program/record.ts';
import { type CleanShaper, compileCleanShaper } from './shape/clean.ts';
import { conditionVariables } from './shape/collect.ts';
import type { ToCompare } from './shape/compared.ts';
import { compileScanner, noteSubjects, type Passed, type Scanner } from './shape/scan.ts';
import { isOutOfScope } from './shape/scoped.ts';
import { compileShaper, type Shaper, type Shaping } from './shape/shaper.ts';

/** How many combinations of `@skip`/`@include` values are kept compiled for one program. */
const KEPT_SHAPERS = 32;

/** What the engine needs of a publication. */
export interface EngineSource {
  /** What consumers see. */
  readonly schema: GraphQLSchema;
  readonly subgraphs: readonly { readonly name: string; readonly provider: { readonly name: string } }[];
  readonly index: { rule(coordinate: string): { readonly provider: { readonly name: string } } };
}

/** Liancha's own engine: plans with the federation query planner, compiles the plan and the answer's shape, runs both. */
export function createEngine(publication: EngineSource, planner: Planner): Engine {
  const names = new Map(publication.subgraphs.map(({ name, provider }) => [name, provider.name]));
  const providerName = (subgraph: string): string => names.get(subgraph) ?? subgraph;
  const providerOf = (coordinate: string): string => publication.index.rule(coordinate).provider.name;
  const introspection = createIntrospection(publication.schema);
  return {
    compile(input) {
      const own = askedOfSchema(input.document);
      const introspect = own && introspection.prepare(own);
      // A question about nothing but the schema is answered as it is written.
      if (introspect && !askedOfProviders(input.document))
        return { run: ({ variables }) => resultOfTold(introspect(variables)) };
      return compile(publication.schema, planner, providerName, providerOf, introspect, input);
    },
  };
}

async function resultOfTold(telling: Promise<Told>): Promise<RunResult> {
  const one = await telling;
  return one.ok
    ? { data: one.data, failures: [], rows: 0, isPublic: true }
    : { data: NO_DATA, failures: [], rows: 0, refusal: one.failure };
}

const NO_DATA = Buffer.from('null');

function compile(
  schema: GraphQLSchema,
  planner: Planner,
  providerName: (subgraph: string) => string,
  providerOf: (coordinate: string) => string,
  introspect: ((variables: Readonly<Record<string, unknown>>) => Promise<Told>) | null,
  input: EngineInput,
): Runnable | Promise<Runnable> {
  const asked = askedOfProviders(input.guardedDocument);
  const programs = new Map<number, PlanProgram | Promise<PlanProgram>>();
  /** One program for each side of a progressive override that a draw may take; most supergraphs have none. */
  const drawProgram = (drawn?: number): PlanProgram | null | Promise<PlanProgram> => {
    if (!asked) return null;
    const draw = drawn ?? (planner.thresholds.length > 0 ? Math.random() * 100 : 0);
    const side = planner.thresholds.findIndex((percent) => draw < percent);
    const kept = programs.get(side);
    if (kept) return kept;
    const plan = planner.plan(asked, draw);
    if (!(plan instanceof Promise)) return keep(side, plan);
    const coming = plan.then(
      (one) => keep(side, one),
      (error: unknown) => {
        programs.delete(side); // Asked again by whoever comes next.
        throw error;
      },
    );
    programs.set(side, coming);
    return coming;
  };
  const keep = (side: number, plan: QueryPlan): PlanProgram => {
    const program = compilePlan(planner, plan, providerName);
    programs.set(side, program);
    return program;
  };
  const first = drawProgram(); // What cannot be planned is found out before anybody is asked.
  const variableNames = conditionVariables(input.document);
  const shapers = new LRUCache<string, Shape>({ max: KEPT_SHAPERS });
  const shapeFor = (variables: Readonly<Record<string, unknown>>): Shape => {
    const key = variableNames.map((name) => (variables[name] === true ? '1' : '0')).join('');
    let shape = shapers.get(key);
    if (!shape) {
      const conditions = new Map(variableNames.map((name) => [name, variables[name] === true]));
      const shaping = { ...input, schema, conditions, providerOf, keyOf: planner.keyOf };
      shape = {
        shaper: compileShaper(shaping),
        shapeClean: introspect ? null : compileCleanShaper(shaping),
        scan: introspect ? null : compileScanner(shaping),
      };
      shapers.set(key, shape);
    }
    return shape;
  };
  const runnable: Runnable = {
    async run({ variables, fetch, subjects, draw, parties }): Promise<RunResult> {
      const data: JsonObject = {};
      const reported: Failure[] = [];
      const drawn = drawProgram(draw);
      const program = drawn instanceof Promise ? await drawn : drawn;
      const { shaper, shapeClean, scan } = shapeFor(variables);
      const lone: { passed: Passed | null } = { passed: null };
      const pass = (body: Buffer): boolean => {
        lone.passed = (program?.isLone && scan?.(body)) || null;
        return lone.passed !== null;
      };
      await program?.run({ data, variables, fetch, failures: reported, pass });
      if (lone.passed) {
        noteSubjects(lone.passed, subjects);
        return { data: lone.passed.data, failures: [], rows: lone.passed.rows };
      }
      const onSubject = (value: unknown): void => subjects.add(value);
      if (shapeClean && reported.length === 0) {
        const counted = { onSubject, listed: 0, roots: 0 };
        const clean = shapeClean(data, counted);
        if (clean) return resultOf(clean, [], counted);
      }
      const schemaTold = await introspect?.(variables);
      if (schemaTold && !schemaTold.ok) return resultOfTold(Promise.resolve(schemaTold));
      if (schemaTold) Object.assign(data, JSON.parse(schemaTold.data.toString('utf8')));
      const told = reported.map(atConsumerPath);
      const outOfScope: Shaping['outOfScope'] = [];
      const found: Findings = { checks: [], compared: [] };
      const shaping = (): Shaping => ({
        failures: [],
        reported: told,
        onSubject,
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
      const last: Shaping = { ...shaping(), ...found, outOfScope };
      const tree = shaper(data, last);
      const shown = outOfScope.length > 0 ? told.filter((one) => !isOutOfScope(one, outOfScope)) : told;
      const within = shown.map((one) => withinAnswer(one, tree));
      return { ...resultOf(tree, [...within, ...last.failures], last), ...found };
    },
  };
  return first instanceof Promise ? first.then(() => runnable) : runnable;
}

function resultOf(
  tree: JsonObject | null,
  failures: readonly Failure[],
  { listed, roots }: Counts,
): RunResult {
  return { data: Buffer.from(JSON.stringify(tree)), failures, rows: listed || roots };
}

type Counts = Pick<Shaping, 'listed' | 'roots'>;

function atConsumerPath(failure: Failure): Failure {
  return failure.path ? { ...failure, path: withoutOwnKeys(failure.path).map(consumerStep) } : failure;
}

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
  /** For merged data in which nothing is missing. */
  readonly shapeClean: CleanShaper | null;
  readonly scan: Scanner | null;
}
