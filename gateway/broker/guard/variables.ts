import {
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  typeFromAST,
  valueFromASTUntyped,
} from 'graphql';
import type { Admitted } from '../operation/index.ts';
import type { Denial } from '../shape/decisions.ts';
import { decideInput, type Judge, type Judged } from './decide.ts';
import { collectValue } from './inputs.ts';

/** A variable whose value can use input fields or enum values, and so is looked at in every request. */
export interface GuardedVariable {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly preset: unknown;
}

/** The variables of an operation that have to be looked at. Plain scalars are not among them. */
export function guardedVariables(judge: Pick<Judge, 'schema'>, admitted: Admitted): GuardedVariable[] {
  return (admitted.operation.variableDefinitions ?? []).flatMap((definition) => {
    // typeFromAST's overloads do not cover the union of type nodes.
    const type = typeFromAST(judge.schema, definition.type as Parameters<typeof typeFromAST>[1]);
    if (!type || !isInputType(type)) return [];
    const named = getNamedType(type);
    if (!isInputObjectType(named) && !isEnumType(named)) return [];
    const preset = definition.defaultValue && valueFromASTUntyped(definition.defaultValue);
    return [{ name: definition.variable.name.value, type, preset }];
  });
}

/** What one request's variables use: the decisions, and the variables that carry something denied. */
export interface VariableGuarding {
  readonly decisions: readonly Judged[];
  readonly denied: ReadonlyMap<string, Denial>;
  /** Equal keys: the same variables are denied for the same coordinates. */
  readonly key: string;
}

const NOTHING: VariableGuarding = { decisions: [], denied: new Map(), key: '' };

/** Decides on the input fields and enum values that the values of this request use. */
export function guardVariables(
  judge: Judge,
  guarded: readonly GuardedVariable[],
  values: Readonly<Record<string, unknown>>,
): VariableGuarding {
  if (guarded.length === 0) return NOTHING;
  const decisions: Judged[] = [];
  const denied = new Map<string, Denial>();
  let key = '';
  for (const { name, type, preset } of guarded) {
    const used = new Set<string>();
    collectValue(type, values[name] === undefined ? preset : values[name], used);
    for (const coordinate of used) {
      const verdict = decideInput(judge, coordinate);
      decisions.push(...verdict.decisions);
      if (!verdict.denied) continue;
      denied.set(name, verdict.denied);
      key += `${name}:${coordinate};`;
      break;
    }
  }
  return { decisions, denied, key };
}
