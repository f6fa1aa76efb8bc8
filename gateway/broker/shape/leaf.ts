import { type GraphQLLeafType, isEnumType } from 'graphql';

/** Marks a value that does not belong to its type. */
export const INVALID = Symbol('invalid');

const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);

export function isInt(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value <= INT_MAX && value >= INT_MIN;
}

/** Levels that a custom scalar's JSON may have; much deeper ones cannot be written. */
const DEEPEST = 100;

/** Can a custom scalar's value be written again? */
export function isWritable(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((one) => isWritable(one, levels - 1));
}

/**
 * How a leaf value of a provider is checked against its type: the value, or `INVALID`. Never converts except
 * an integer `ID` to text (GraphQL spec §3.5.5). Custom scalars carry any JSON.
 */
export function leafCheck(type: GraphQLLeafType): (value: unknown) => unknown {
  if (isEnumType(type)) {
    const values = new Set(type.getValues().map((one) => one.name));
    return (value) => (typeof value === 'string' && values.has(value) ? value : INVALID);
  }
  switch (type.name) {
    case 'String':
      return (value) => (typeof value === 'string' ? value : INVALID);
    case 'ID':
      return (value) =>
        typeof value === 'string' ? value : Number.isInteger(value) ? String(value) : INVALID;
    case 'Int':
      return (value) => (isInt(value) ? value : INVALID);
    case 'Float':
      return (value) => (typeof value === 'number' ? value : INVALID);
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? value : INVALID);
    default:
      return (value) => (isWritable(value) ? value : INVALID);
  }
}
