import { type GraphQLLeafType, isEnumType } from 'graphql';
import { ExactNumber } from '../../exact-json.ts';

/** Marks a value that does not belong to its type. */
export const INVALID = Symbol('invalid');

const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);

export function isInt(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value <= INT_MAX && value >= INT_MIN;
}

/** The text of an integer that is exactly what was sent; undefined for anything else. */
export function integerText(value: unknown): string | undefined {
  if (value instanceof ExactNumber) return /^-?\d+$/.test(String(value)) ? String(value) : undefined;
  return Number.isSafeInteger(value) ? String(value) : undefined;
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
      return (value) => (typeof value === 'string' ? value : (integerText(value) ?? INVALID));
    case 'Int':
      return (value) => (isInt(value) ? value : INVALID);
    case 'Float':
      // JSON can say 1e400, and no double holds it.
      return (value) => {
        const number = value instanceof ExactNumber ? Number(String(value)) : value;
        return Number.isFinite(number) ? number : INVALID;
      };
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? value : INVALID);
    default:
      return (value) => (isWritable(value) ? value : INVALID);
  }
}
