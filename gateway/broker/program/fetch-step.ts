import type { FetchNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type GraphQLSchema,
  isInterfaceType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { Failure } from '../../errors.ts';
import type { Fetch, FetchResult } from '../fetch.ts';
import { type ProviderAnswer, type ReportedError, readAnswer } from './answer.ts';
import { compileContexts } from './contexts.ts';
import { mergeInto } from './merge.ts';
import { objectsAt, type Path, pathsTo } from './paths.ts';
import { compilePicker, topKeys } from './picker.ts';
import { isJsonObject, type JsonObject, markFailed } from './record.ts';
import { compileRepresentation } from './representations.ts';
import { compileRewrites } from './rewrites.ts';

/** What one request carries through the program. */
export interface RunState {
  readonly data: JsonObject;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fetch: Fetch;
  /** Errors that providers reported, at the answer's paths. */
  readonly failures: Failure[];
  /** Takes the bytes of a lone fetch's answer as they are; false when they have to be read. */
  pass(body: Buffer): boolean;
}

export type Step = (state: RunState) => Promise<void>;

/** Names the department behind a subgraph, for messages. */
export type ProviderName = (subgraph: string) => string;

/** Compiles one fetch. Whatever goes wrong with it costs only the fields that it was to bring. */
export function compileFetch(
  schema: GraphQLSchema,
  node: FetchNode,
  path: Path,
  providerName: ProviderName,
  { isAlone }: { readonly isAlone: boolean },
): Step {
  const provider = { provider: providerName(node.serviceName), subgraph: node.serviceName };
  const head = `{"query":${JSON.stringify(node.operation)}`;
  const usages = node.variableUsages ?? [];
  const outputRewrite = compileRewrites(schema, node.outputRewrites);
  const document = parse(node.operation, { noLocation: true });
  const selection = selectionOf(node, document);
  const fields = topKeys(document, selection);
  const pick = isAlone ? (value: unknown) => value : compilePicker(document, selection);
  const send = (state: RunState, extra: JsonObject | null): Promise<FetchResult> => {
    const body = `${head}${variablesPart(state.variables, usages, extra)}}`;
    return state.fetch({ subgraph: node.serviceName, body });
  };
  const fail = (targets: readonly JsonObject[], answer: Extract<ProviderAnswer, { ok: false }>): void => {
    const failure: Failure = { code: answer.code, details: { ...answer.details, ...provider } };
    for (const target of targets) markFailed(target, fields, failure);
  };
  const invalid = (targets: readonly JsonObject[]): void =>
    fail(targets, { ok: false, code: 'PROVIDER_UNAVAILABLE', details: {} });

  const runRoot: Step = async (state) => {
    const targets = objectsAt(state.data, path);
    if (targets.length === 0) return;
    const result = await send(state, null);
    if (isAlone && result.ok && state.pass(result.body)) return;
    const answer = readAnswer(result);
    if (!answer.ok) return fail(targets, answer);
    if (!answer.data && !allLocated(answer.errors)) return invalid(targets);
    report(state, answer.errors, provider, (reported) => [...path.filter((one) => one !== '@'), ...reported]);
    if (!answer.data) return;
    const picked = pick(answer.data);
    outputRewrite?.(picked);
    if (isJsonObject(picked)) for (const target of targets) mergeInto(target, picked);
  };
  if (!node.requires) return guardDefects(runRoot, path, invalid);

  const representationOf = compileRepresentation(schema, node.requires);
  const inputRewrite = compileRewrites(schema, node.inputRewrites);
  const runEntities = async (
    state: RunState,
    entities: readonly JsonObject[],
    context: JsonObject,
  ): Promise<void> => {
    const groups = new Map<string, { readonly index: number; readonly targets: JsonObject[] }>();
    const representations: string[] = [];
    for (const entity of entities) {
      const representation = representationOf(entity);
      if (!representation) continue;
      inputRewrite?.(representation);
      const text = JSON.stringify(representation);
      const group = groups.get(text);
      if (group) group.targets.push(entity);
      else {
        groups.set(text, { index: representations.length, targets: [entity] });
        representations.push(text);
      }
    }
    if (representations.length === 0) return;
    const targets = [...groups.values()].flatMap((group) => group.targets);
    const sent = { ...context, representations: new RawJson(`[${representations.join(',')}]`) };
    const answer = readAnswer(await send(state, sent));
    if (!answer.ok) return fail(targets, answer);
    if (!answer.data && !allLocated(answer.errors)) return invalid(targets);
    reportEntities(state, answer.errors, provider, path, targets, [...groups.values()]);
    if (!answer.data) return;
    const received = answer.data._entities;
    if (!Array.isArray(received) || received.length !== representations.length) return invalid(targets);
    for (const { index, targets: same } of groups.values()) {
      const entity: unknown = pick(received[index]);
      if (entity === null) continue;
      if (!isJsonObject(entity)) {
        invalid(same);
        continue;
      }
      outputRewrite?.(entity);
      // Who knows it only as an interface object does not know better than who told its type.
      if (isInterfaceType(schema.getType(String(entity.__typename)))) delete entity.__typename;
      for (const target of same) mergeInto(target, same.length > 1 ? structuredClone(entity) : entity);
    }
  };
  if (!node.contextRewrites || node.contextRewrites.length === 0) {
    return guardDefects((state) => runEntities(state, objectsAt(state.data, path), {}), path, invalid);
  }
  // Arguments from the context are variables, the same for a whole request: one request for each set of values.
  const groupByContext = compileContexts(schema, path, node.contextRewrites);
  const runGroups: Step = async (state) => {
    await Promise.all(groupByContext(state.data).map((one) => runEntities(state, one.entities, one.values)));
  };
  return guardDefects(runGroups, path, invalid);
}

/** Do all errors say which field they are about? Then each of them explains its own null. */
function allLocated(errors: readonly ReportedError[]): boolean {
  return errors.every((one) => one.path !== null && one.path.length > 0);
}

/** JSON text that is already written. */
class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function variablesPart(
  variables: Readonly<Record<string, unknown>>,
  usages: readonly string[],
  extra: JsonObject | null,
): string {
  const parts: string[] = [];
  for (const name of usages) {
    if (variables[name] !== undefined)
      parts.push(`${JSON.stringify(name)}:${JSON.stringify(variables[name])}`);
  }
  for (const [name, value] of Object.entries(extra ?? {})) {
    parts.push(`${JSON.stringify(name)}:${value instanceof RawJson ? value.text : JSON.stringify(value)}`);
  }
  return parts.length > 0 ? `,"variables":{${parts.join(',')}}` : '';
}

/** An answer so strange that handling it throws (nesting that overflows the stack) is no answer. */
function guardDefects(step: Step, path: Path, invalid: (targets: readonly JsonObject[]) => void): Step {
  return async (state) => {
    try {
      await step(state);
    } catch {
      invalid(objectsAt(state.data, path));
    }
  };
}

type ProviderFacts = { readonly provider: string; readonly subgraph: string };

/** A provider's error in our words: its code if it says that the input was wrong, and the path. */
function report(
  state: RunState,
  errors: readonly ReportedError[],
  provider: ProviderFacts,
  toPath: (reported: Path) => Path,
): void {
  for (const { code, path } of errors)
    state.failures.push({ ...translate(code, provider), path: toPath(path ?? []) });
}

function translate(code: string | null, provider: ProviderFacts): Failure {
  if (code === 'BAD_USER_INPUT')
    return { code, details: { detail: `${provider.provider} 拒绝了该输入 refused the input` } };
  return { code: 'PROVIDER_UNAVAILABLE', details: provider };
}

function reportEntities(
  state: RunState,
  errors: readonly ReportedError[],
  provider: ProviderFacts,
  path: Path,
  targets: readonly JsonObject[],
  groups: readonly { readonly index: number; readonly targets: readonly JsonObject[] }[],
): void {
  if (errors.length === 0) return;
  const paths = pathsTo(state.data, path);
  const entities = objectsAt(state.data, path);
  for (const error of errors) {
    const [root, index, ...rest] = error.path ?? [];
    const group = root === '_entities' ? groups.find((one) => one.index === index) : undefined;
    const hit = group ? group.targets : targets;
    for (const target of hit) {
      const at = paths[entities.indexOf(target)] ?? [];
      state.failures.push({ ...translate(error.code, provider), path: group ? [...at, ...rest] : at });
    }
  }
}

/** The selection that is made of each object that the fetch is about. */
function selectionOf(node: FetchNode, document: DocumentNode): SelectionSetNode {
  for (const one of document.definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION) continue;
    const [first] = one.selectionSet.selections;
    return node.requires && first?.kind === Kind.FIELD && first.selectionSet
      ? first.selectionSet
      : one.selectionSet;
  }
  throw new Error(`the plan asks ${node.serviceName} nothing`);
}
