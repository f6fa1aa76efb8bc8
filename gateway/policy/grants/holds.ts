import { type GraphQLLeafType, isEnumType } from 'graphql';
import type { RowCondition, ScopeOperator, ScopeValue } from '../../words.ts';

/** What may be compared how. Custom scalars carry text here: dates are the only ones with an order. */
type Kind = 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'CUSTOM';

const OPERATORS: Readonly<Record<Kind, readonly ScopeOperator[]>> = {
  TEXT: ['EQUALS', 'IN', 'STARTS_WITH'],
  NUMBER: ['EQUALS', 'IN', 'AT_LEAST', 'AT_MOST'],
  BOOLEAN: ['EQUALS'],
  CUSTOM: ['EQUALS', 'IN', 'STARTS_WITH', 'AT_LEAST', 'AT_MOST'],
};

const KINDS: Readonly<Record<string, Kind>> = {
  String: 'TEXT',
  ID: 'TEXT',
  Int: 'NUMBER',
  Float: 'NUMBER',
  Boolean: 'BOOLEAN',
};

/** A date, or an instant in UTC: texts whose order is that of time. */
const ORDERED = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{3})?Z)?$/;

function kindOf(type: GraphQLLeafType): Kind {
  return isEnumType(type) ? 'TEXT' : (KINDS[type.name] ?? 'CUSTOM');
}

/** Can the gateway evaluate the condition on values of this type? */
export function isEvaluable({ operator, values }: RowCondition, type: GraphQLLeafType): boolean {
  const kind = kindOf(type);
  if (!OPERATORS[kind].includes(operator)) return false;
  if (isEnumType(type)) {
    if (operator === 'STARTS_WITH') return false;
    return values.every((one) => type.getValues().some(({ name }) => name === one));
  }
  const isOrder = operator === 'AT_LEAST' || operator === 'AT_MOST';
  return values.every((value) => {
    if (kind === 'NUMBER')
      return typeof value === 'number' && (type.name !== 'Int' || Number.isInteger(value));
    if (kind === 'BOOLEAN') return typeof value === 'boolean';
    return typeof value === 'string' && (!isOrder || ORDERED.test(value));
  });
}

/**
 * Does a record's value fulfil the condition? What is missing, null or of another kind does not. Texts are compared
 * as they are: a scope is a rule, not a search.
 */
export function holds({ operator, values }: RowCondition, type: GraphQLLeafType, value: unknown): boolean {
  const held = type.name === 'ID' && Number.isInteger(value) ? String(value) : value;
  const [first] = values;
  if (first === undefined || typeof held !== typeof first) return false;
  switch (operator) {
    case 'EQUALS':
    case 'IN':
      return values.some((one) => one === held);
    case 'STARTS_WITH':
      return values.some((one) => typeof held === 'string' && held.startsWith(String(one)));
    case 'AT_LEAST':
      return isOrdered(held, first) && held >= first;
    case 'AT_MOST':
      return isOrdered(held, first) && held <= first;
    default:
      return operator satisfies never;
  }
}

function isOrdered(held: unknown, value: ScopeValue): held is string | number {
  if (typeof held === 'number') return Number.isFinite(held);
  // A date and an instant cannot be compared as texts.
  return typeof held === 'string' && ORDERED.test(held) && held.length === String(value).length;
}
