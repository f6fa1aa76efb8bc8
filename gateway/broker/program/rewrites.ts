import type { FetchNode } from '@apollo/query-planner';
import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import { isJsonObject, type JsonObject } from './record.ts';

type Rewrite = NonNullable<FetchNode['inputRewrites']>[number];

/** Changes one object in place as the plan demands (for example the `__typename` of an interface object). */
export type Rewriter = (value: unknown) => void;

export function compileRewrites(
  schema: GraphQLSchema,
  rewrites: readonly Rewrite[] | undefined,
): Rewriter | null {
  if (!rewrites || rewrites.length === 0) return null;
  const all = rewrites.map((one) => compileRewrite(schema, one));
  return (value) => {
    for (const rewrite of all) rewrite(value);
  };
}

function compileRewrite(schema: GraphQLSchema, rewrite: Rewrite): Rewriter {
  const steps = rewrite.path.slice(0, -1);
  const last = rewrite.path.at(-1);
  if (last === undefined) return () => undefined;
  const change =
    rewrite.kind === 'ValueSetter'
      ? (target: JsonObject): void => {
          target[last] = rewrite.setValueTo;
        }
      : (target: JsonObject): void => {
          if (target[last] === undefined) return;
          target[rewrite.renameKeyTo] = target[last];
          delete target[last];
        };
  return (value) => apply(schema, steps, 0, value, change);
}

const FRAGMENT = '... on ';

function apply(
  schema: GraphQLSchema,
  steps: readonly string[],
  at: number,
  value: unknown,
  change: (target: JsonObject) => void,
): void {
  if (Array.isArray(value)) {
    for (const item of value) apply(schema, steps, at, item, change);
  } else if (isJsonObject(value)) {
    const step = steps[at];
    if (step === undefined) change(value);
    else if (!step.startsWith(FRAGMENT)) apply(schema, steps, at + 1, value[step], change);
    else if (isOfType(schema, value, step.slice(FRAGMENT.length), true))
      apply(schema, steps, at + 1, value, change);
  }
}

/** Is an object of a type, by its `__typename`? `unknown` is the answer where it has none. */
export function isOfType(
  schema: GraphQLSchema,
  value: JsonObject,
  condition: string,
  unknown: boolean,
): boolean {
  const name = value.__typename;
  return typeof name === 'string' ? isWithin(schema, name, condition) : unknown;
}

/** Is a type the one that a condition names, or one of those that it stands for? */
export function isWithin(schema: GraphQLSchema, name: string, condition: string): boolean {
  if (name === condition) return true;
  const type = schema.getType(name);
  const abstract = schema.getType(condition);
  if (!type || !abstract || !isAbstractType(abstract)) return false;
  return (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(abstract, type);
}
