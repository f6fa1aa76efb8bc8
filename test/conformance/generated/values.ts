import type { Field, World } from './world.ts';

/** An object as subgraphs pass it around. */
export interface Instance {
  readonly __typename: string;
  readonly id: string;
  readonly x?: number | null;
  readonly y?: string;
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
  return type === 'V' ? { ...plain, x: number === 2 ? null : number, y: `V${number}.y` } : plain;
}

function leafOf(leaf: string, text: string, seed: number): unknown {
  switch (leaf) {
    case 'Int':
      return seed % 3 === 0 ? -seed : seed;
    case 'Float':
      return [seed / 8, seed * 1e15, seed / 1e9, seed][seed % 4];
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
export function computed(id: string, required: unknown): string {
  return `${id}<${JSON.stringify(required, sortedKeys)}>`;
}

/** The value of a required field as its representation holds it. */
export function requiredValue(field: Field, type: string, id: string): unknown {
  const { requires } = field;
  if (!requires) return null;
  const args = requires.argument === '' ? defaultsOf(requires.field) : { n: 5 };
  const value = resolved(requires.field, type, id, args);
  return requires.field.leaf === null ? selected(value, requires.below) : asJson(requires.field, value);
}

/** As `valueOfField`, with computed fields computed. */
export function resolved(field: Field, type: string, id: string, args: object): unknown {
  return field.requires ? computed(id, requiredValue(field, type, id)) : valueOfField(field, type, id, args);
}

export function defaultsOf(field: Field): object {
  if (field.argument === 'n: Int = 3') return { n: 3 };
  return field.argument === 'e: E = X' ? { e: 'X' } : {};
}

function selected(value: unknown, below: Field | null): unknown {
  if (Array.isArray(value)) return value.map((one) => selected(one, below));
  if (value === null) return null;
  const { __typename, id } = value as Instance;
  if (!below) return { id };
  return { id, [below.name]: asJson(below, resolved(below, __typename, id, {})) };
}

/** An ID is text once it has been answered. */
function asJson(field: Field, value: unknown): unknown {
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
