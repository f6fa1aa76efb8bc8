import { type FieldNode, type GraphQLLeafType, Kind, print, type ValueNode } from 'graphql';
import type { Failure } from '../../errors.ts';
import { comparable } from '../check/match.ts';
import type { Check } from '../findings.ts';
import { heldValue } from '../marks.ts';
import { failureOf, type JsonObject } from '../program/record.ts';

interface CheckingRun {
  readonly path: (string | number)[];
  readonly failures: Failure[];
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly checks?: Check[];
}

type CompleteField<R> = (source: JsonObject, target: JsonObject, run: R) => boolean;

/**
 * Completes a field that is only checked: its value is compared, never shown. In the answer it is null, or missing (as if
 * it were skipped) where its type knows no null. Two different checks under one key would be two guesses for one.
 */
export function checkField<R extends CheckingRun>(
  key: string,
  asked: string,
  nodes: readonly FieldNode[],
  facts: {
    readonly coordinate: string;
    readonly type: GraphQLLeafType;
    readonly subject: string | undefined;
    readonly isNonNull: boolean;
  },
): CompleteField<R> {
  const values = nodes.map(heldValue);
  const [equals] = values;
  const isOne = equals && values.every((one) => one && print(one) === print(equals));
  return (source, target, run) => {
    const path = [...run.path, key];
    if (!facts.isNonNull) target[key] = null;
    const held = equals ? readHeld(facts.type, equals, run.variables ?? {}) : null;
    if (!isOne || held === null) {
      const detail = `${facts.coordinate}: 同一字段只能有一个 @verify one @verify for one field`;
      run.failures.push({ code: 'BAD_USER_INPUT', details: { detail }, path });
      return true;
    }
    const failure = failureOf(source, asked);
    if (failure) run.failures.push({ ...failure, path });
    const subject = facts.subject === undefined ? undefined : source[facts.subject];
    const value = comparable(facts.type, source[asked] ?? null);
    run.checks?.push({ path, coordinate: facts.coordinate, subject, held, value });
    return true;
  };
}

/** The value that the consumer holds, comparable; null when it is no value of the field's type. */
export function readHeld(
  type: GraphQLLeafType,
  equals: ValueNode,
  variables: Readonly<Record<string, unknown>>,
): string | null {
  if (equals.kind === Kind.STRING) return comparable(type, equals.value);
  const value = equals.kind === Kind.VARIABLE ? variables[equals.name.value] : null;
  return typeof value === 'string' ? comparable(type, value) : null;
}
