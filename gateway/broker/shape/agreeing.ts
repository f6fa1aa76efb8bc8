import { type GraphQLLeafType, type GraphQLObjectType, getNullableType, isLeafType } from 'graphql';
import { comparable } from '../check/match.ts';
import type { Identified } from '../guard/identified.ts';
import type { JsonObject } from '../program/record.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Is an object what the arguments that brought it ask for? */
export type Agrees = (object: JsonObject, variables: Variables) => boolean;

/** GB 11643 and GB 32100: numbers of 18 characters whose letters may be written small. */
const NUMBER = /^[0-9a-z]{18}$/i;

/** Compiles the comparison; null where no argument says which object it is. */
export function compileAgrees(type: GraphQLObjectType, identified: readonly Identified[]): Agrees | null {
  const all = identified.flatMap(({ type: of, field, valuesOf }) => {
    const leaf = of === type.name ? getNullableType(type.getFields()[field]?.type) : undefined;
    return leaf && isLeafType(leaf) ? [{ field, valuesOf, leaf }] : [];
  });
  if (all.length === 0) return null;
  return (object, variables) =>
    all.every(({ field, valuesOf, leaf }) => {
      const values = valuesOf(variables);
      if (values === null) return true;
      const said = normal(leaf, object[field]);
      return said !== null && values.some((one) => normal(leaf, one) === said);
    });
}

function normal(type: GraphQLLeafType, value: unknown): string | null {
  const text = comparable(type, value ?? null);
  return text !== null && NUMBER.test(text) ? text.toUpperCase() : text;
}
