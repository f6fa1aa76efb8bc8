import {
  type ConstDirectiveNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLScalarType,
  type GraphQLSchema,
  getDirectiveValues,
  getNullableType,
  isInputObjectType,
  isListType,
  isScalarType,
} from 'graphql';
import { instantOf } from '../clock/index.ts';
import { badInput } from '../refused.ts';

/** The limits of one argument or input field, as `@limit` states them or as they are usual. */
interface Limits {
  readonly maxLength: number;
  readonly maxItems: number;
  readonly min: number;
  readonly max: number;
  /** For a text that is a day or an instant: how far ahead it may lie. */
  readonly yearsAhead: number | null;
}

/** What holds where `schema/exchange.graphql` states nothing else. */
const USUAL: Limits = { maxLength: 200, maxItems: 100, min: 0, max: 1_000_000_000, yearsAhead: null };
const YEAR_MS = 366 * 86_400_000;

type Check = (value: unknown, name: string, now: number) => void;

/**
 * Holds everything that the exchange API takes against the limits that its schema states, at one place: a text, list, number or date
 * that no rule foresees does not exist. The check of a field is made once.
 */
export function createInputCheck(now: () => number) {
  const made = new WeakMap<GraphQLSchema, Checks>();
  return (schema: GraphQLSchema, field: Field, args: Readonly<Record<string, unknown>>): void => {
    const checks = made.get(schema) ?? { schema, of: new WeakMap() };
    made.set(schema, checks);
    for (const argument of field.args) {
      const value = args[argument.name];
      if (value !== undefined) checkOf(checks, argument)(value, argument.name, now());
    }
  };
}

interface Checks {
  readonly schema: GraphQLSchema;
  readonly of: WeakMap<object, Check>;
}
type Field = Pick<GraphQLField<unknown, unknown>, 'args'>;

function checkOf(checks: Checks, place: GraphQLArgument | GraphQLInputField): Check {
  const known = checks.of.get(place);
  if (known) return known;
  const check = checkType(checks, place.type, limitsOf(checks.schema, place));
  checks.of.set(place, check);
  return check;
}

function checkType(checks: Checks, given: GraphQLInputType, limits: Limits): Check {
  const type = getNullableType(given);
  if (isListType(type)) return checkList(checkType(checks, type.ofType, limits), limits);
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    return (value, name, now) => {
      if (value === null || typeof value !== 'object') return;
      const entries = new Map<string, unknown>(Object.entries(value));
      for (const field of fields) {
        const inner = entries.get(field.name);
        if (inner !== undefined) checkOf(checks, field)(inner, `${name}.${field.name}`, now);
      }
    };
  }
  return isScalarType(type) ? checkScalar(type, limits) : () => undefined;
}

function checkList(each: Check, { maxItems }: Limits): Check {
  return (value, name, now) => {
    if (!Array.isArray(value)) return;
    if (value.length > maxItems) throw badInput(`${name}: 至多 ${maxItems} 项 at most ${maxItems} items`);
    for (const [index, one] of value.entries()) each(one, `${name}[${index}]`, now);
  };
}

function checkScalar(type: GraphQLScalarType, limits: Limits): Check {
  const { min, max } = limits;
  if (type.name === 'Int' || type.name === 'Float')
    return (value, name) => {
      if (typeof value === 'number' && (value < min || value > max)) throw badInput(`${name}: ${min}–${max}`);
    };
  if (type.name === 'Boolean') return () => undefined;
  const ahead = limits.yearsAhead ?? (type.name === 'Instant' ? 1 : null);
  return (value, name, now) => {
    if (typeof value !== 'string') return;
    checkText(value, name, limits.maxLength);
    if (ahead !== null) checkTime(value, name, now, ahead);
  };
}

/** Control characters but tabs and line breaks, direction marks that make a text read otherwise than it is, and halves of characters. */
const NEVER = /[\u202A-\u202E\u2066-\u2069\p{Surrogate}]|(?![\t\n\r])\p{Cc}/u;
const LINE_BREAKS = /[\t\n\r\u2028\u2029]/;

function checkText(text: string, name: string, most: number): void {
  if (text.length > most) throw badInput(`${name}: 至多 ${most} 字符 at most ${most} characters`);
  // What is longer than a usual text is prose, and may have lines.
  if (NEVER.test(text) || (most <= USUAL.maxLength && LINE_BREAKS.test(text)))
    throw badInput(`${name}: 不得含控制字符 must not hold control characters`);
}

/** The beginning of the People's Republic: nothing that the platform keeps is older. */
const EARLIEST = Date.parse('1949-10-01T00:00:00+08:00');

function checkTime(text: string, name: string, now: number, years: number): void {
  const at = instantOf(text, 'START') ?? Date.parse(text);
  if (Number.isNaN(at)) return; // Whoever reads it says what it should be.
  if (at < EARLIEST || at > now + years * YEAR_MS)
    throw badInput(
      `${name}: 须在 1949-10-01 至今后 ${years} 年之间 must lie between 1949 and ${years} years from now`,
    );
}

type Place = {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] } | null | undefined;
};

function limitsOf(schema: GraphQLSchema, { astNode }: Place): Limits {
  const directive = schema.getDirective('limit');
  if (!directive) throw new Error('the schema of the exchange does not define @limit');
  return { ...USUAL, ...(astNode ? getDirectiveValues(directive, astNode) : undefined) };
}
