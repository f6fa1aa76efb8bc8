import { createHash, timingSafeEqual } from 'node:crypto';
import { type GraphQLLeafType, isEnumType } from 'graphql';

const NUMBER = /^-?\d+(\.\d+)?$/;
const INTEGER = /^-?\d+$/;
/** GB 11643: the check character of an ID number may be written `x`. */
const ID_NUMBER = /^\d{17}x$/;
const LENGTH_LIMIT = 1_000;

/** A value in the form in which two are compared; null when it is none of its type. Numbers and truth values come as text from consumers. */
export function comparable(type: GraphQLLeafType, value: unknown): string | null {
  const text = typeof value === 'string' ? value.normalize('NFKC').trim() : String(value);
  if (text === '' || text.length > LENGTH_LIMIT || value === null || typeof value === 'object') return null;
  if (isEnumType(type)) return type.getValues().some((one) => one.name === text) ? text : null;
  switch (type.name) {
    case 'Int':
      return INTEGER.test(text) ? String(Number(text)) : null;
    case 'Float':
      return typeof value === 'number' || NUMBER.test(text) ? String(Number(text)) : null;
    case 'Boolean':
      return text === 'true' || text === 'false' ? text : null;
    default:
      return ID_NUMBER.test(text) ? text.toUpperCase() : text;
  }
}

/** Do two comparable values match? Takes the same time wherever they differ. */
export function matches(held: string, value: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(held), digest(value));
}
