import { ExactNumber, readJson } from '../../../gateway/exact-json.ts';
import { ENTITIES, type Field, type Requirement, type World } from './world.ts';

/** An object as subgraphs pass it around. */
export interface Instance {
  readonly __typename: string;
  readonly id: string;
  readonly x?: number | null;
  readonly y?: string;
  readonly no?: ExactNumber;
  readonly tag?: { readonly code: string; readonly part: { readonly no: ExactNumber } };
}

export function hash(...parts: unknown[]): number {
  let value = 7;
  for (const char of parts.join('/')) value = (value * 31 + char.charCodeAt(0)) % 1_000_003;
  return value;
}

/** An error that a field's value can be. */
export class Failing extends Error {}

/** The value of a field of an object, the same in every subgraph; throws where it is an error. */
export function valueOfField(field: Field, type: string, id: string, args: object = {}): unknown {
  const written = Object.keys(args).length > 0 ? JSON.stringify(args, sortedKeys) : '';
  const seed = hash(field.index, type, id, written);
  if (field.fails && seed % 6 === 1) throw new Failing(`${type}${id}.${field.name}`);
  if (!field.isNonNull && seed % 5 === 0) return null;
  const one = (at: number): unknown => {
    const item = hash(seed, at);
    if (field.lists > 0 && !field.hasNonNullItems && item % 7 === 0) return null;
    if (field.leaf !== null) return leafOf(field.leaf, `${type}${id}.${field.name}${written}`, item);
    return instanceOf(field.possible[item % field.possible.length] ?? '', item % 4);
  };
  const list = (from: number): unknown =>
    Array.from({ length: (seed + from) % 4 }, (_, at) => one(from + at));
  if (field.lists === 0) return one(0);
  if (field.lists === 1) return list(0);
  return field.hasNonNullItems ? [list(10), list(20)] : [list(10), null, list(20)];
}

export function instanceOf(type: string, number: number): Instance {
  if (type === 'P' || type === 'Q') return { __typename: number % 2 === 0 ? 'P' : 'Q', id: String(number) };
  const plain = { __typename: type, id: String(number) };
  if (type === 'V') return { ...plain, x: number === 2 ? null : number, y: `V${number}.y` };
  const no = new ExactNumber(String(FIRST + BigInt(number)));
  return { ...plain, no, tag: { code: `c${number}`, part: { no } } };
}

/** Beyond 2^53, so that the numbers of two objects can be one double. */
const FIRST = 90_071_992_547_409_931n;

/** The object of a key, whichever of its keys it is. */
export function entityOf(type: string, key: Instance): Instance {
  const { id, no = key.tag?.part?.no, tag } = key;
  const number = id ?? tag?.code?.slice(1) ?? String(BigInt(String(no)) - FIRST);
  return /^\d$/.test(number) ? { ...instanceOf(type, Number(number)), ...key } : { ...key, id: number };
}

function leafOf(leaf: string, text: string, seed: number): unknown {
  switch (leaf) {
    case 'Int':
      return seed % 3 === 0 ? -seed : seed;
    case 'Float':
      return [seed / 8, seed * 1e15, seed / 1e9, seed][seed % 4];
    case 'Long':
      return readJson(seed % 3 === 0 ? String(seed) : `${seed % 2 === 0 ? '-' : ''}90071992547409${seed}`);
    case 'Boolean':
      return seed % 2 === 0;
    case 'E':
      return ['X', 'Y', 'Z'][seed % 3];
    case 'Any':
      return [{ b: [seed, null], a: { __typename: 'A', id: text } }, [text, 1.5], seed, text][seed % 4];
    case 'ID':
      return seed % 2 === 0 ? seed : text;
    default:
      return seed % 9 === 0 ? `${text} "\\\n\u2028 联查 😀` : text;
  }
}

function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a field that requires others makes of them: their text. */
export function computed(id: string, required: readonly unknown[]): string {
  return `${id}<${JSON.stringify(required, withoutTypes)}>`;
}

/** The types of what a requirement leads to are the planner's addition. */
function withoutTypes(key: string, value: unknown): unknown {
  return key === '__typename' ? undefined : sortedKeys(key, value);
}

/** The values of required fields as a representation holds them. */
function requiredValues(field: Field, type: string, id: string): unknown[] {
  return field.requires.map((one) => requiredValue(one, type, id));
}

function requiredValue(requires: Requirement, type: string, id: string): unknown {
  const args = requires.argument === '' ? defaultsOf(requires.field) : { n: 5 };
  const value = resolved(requires.field, type, id, args);
  return requires.field.leaf === null ? selected(value, requires.below) : asJson(requires.field, value);
}

/** As `valueOfField`, with computed fields computed. */
export function resolved(field: Field, type: string, id: string, args: object): unknown {
  return field.requires.length > 0
    ? computed(id, requiredValues(field, type, id))
    : valueOfField(field, type, id, args);
}

export function defaultsOf(field: Field): object {
  if (field.argument === 'n: Int = 3') return { n: 3 };
  return field.argument === 'e: E = X' ? { e: 'X' } : {};
}

function selected(value: unknown, below: readonly Field[]): unknown {
  if (Array.isArray(value)) return value.map((one) => selected(one, below));
  if (value === null) return null;
  const { __typename, id } = value as Instance;
  const own = below.filter((one) => ENTITIES[one.on] === __typename);
  return {
    id,
    ...Object.fromEntries(own.map((one) => [one.name, asJson(one, resolved(one, __typename, id, {}))])),
  };
}

/** An ID is text once it has been answered. */
export function asJson(field: Field, value: unknown): unknown {
  if (Array.isArray(value)) return field.leaf === 'Any' ? value : value.map((one) => asJson(field, one));
  return field.leaf === 'ID' && typeof value === 'number' ? String(value) : value;
}

/** A wrong value, from a subgraph that a field was taken from. */
export function staleValue(field: Field): unknown {
  const one = field.leaf === 'Any' ? 'STALE' : leafOf(field.leaf ?? 'String', 'STALE', 1_000_001);
  return field.lists === 0 ? one : field.lists === 1 ? [one] : [[one]];
}

/** All fields of a world by their names. */
export function fieldsByName(world: World): Map<string, Field> {
  return new Map([...world.fields, ...world.roots, ...world.mutations].map((one) => [one.name, one]));
}
