import {
  type DocumentNode,
  type FieldNode,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  TypeInfo,
  typeFromAST,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Admitted } from '../operation/index.ts';
import type { Denial } from '../shape/decisions.ts';
import { decideInput } from './decide.ts';
import { ownersOf } from './guard.ts';
import { collectValue } from './inputs.ts';
import type { Judge, Judged } from './judge.ts';
import { recipientsOf } from './received.ts';

/** A variable whose value can use input fields or enum values, and so is looked at in every request. */
export interface GuardedVariable {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly preset: unknown;
  /** Coordinates of the fields that are given it. */
  readonly givenTo: readonly string[];
}

/** The variables of an operation that have to be looked at. Plain scalars are not among them. */
export function guardedVariables(judge: Pick<Judge, 'schema'>, admitted: Admitted): GuardedVariable[] {
  const givenTo = fieldsByVariable(judge, admitted.document);
  return (admitted.operation.variableDefinitions ?? []).flatMap((definition) => {
    // typeFromAST's overloads do not cover the union of type nodes.
    const type = typeFromAST(judge.schema, definition.type as Parameters<typeof typeFromAST>[1]);
    if (!type || !isInputType(type)) return [];
    const named = getNamedType(type);
    if (!isInputObjectType(named) && !isEnumType(named)) return [];
    const preset = definition.defaultValue && valueFromASTUntyped(definition.defaultValue);
    const name = definition.variable.name.value;
    return [{ name, type, preset, givenTo: [...(givenTo.get(name) ?? [])] }];
  });
}

function fieldsByVariable(
  judge: Pick<Judge, 'schema'>,
  document: DocumentNode,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const types = new TypeInfo(judge.schema);
  const note = (node: FieldNode, owners: readonly string[]): void => {
    for (const argument of node.arguments ?? [])
      visit(argument, {
        Variable({ name }) {
          const fields = found.get(name.value) ?? new Set();
          found.set(name.value, fields);
          for (const owner of owners) fields.add(`${owner}.${node.name.value}`);
        },
      });
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType();
        if (parent && (node.arguments ?? []).length > 0) note(node, ownersOf(judge, parent));
      },
    }),
  );
  return found;
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
  for (const { name, type, preset, givenTo } of guarded) {
    const used = new Set<string>();
    collectValue(type, values[name] === undefined ? preset : values[name], used);
    const recipients = () => recipientsOf(judge, givenTo);
    for (const coordinate of used) {
      const verdict = decideInput(judge, coordinate, recipients);
      decisions.push(...verdict.decisions);
      if (!verdict.denied) continue;
      denied.set(name, verdict.denied);
      key += `${name}:${coordinate};`;
      break;
    }
  }
  return { decisions, denied, key };
}
