import { isUtf8 } from 'node:buffer';
import {
  type FieldNode,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { operationOf } from '../operation/index.ts';
import { collectFields, fragmentsOf } from './collect.ts';
import { scanBoolean, scanBytes, scanFloat, scanInt, scanScalar, scanString } from './scan-leaf.ts';
import type { ShaperInput } from './shaper.ts';

/** The bytes of `data` in a provider's answer that needs no change, with what the ledger wants to know of it. */
export interface Passed {
  readonly data: Buffer;
  readonly rows: number;
  readonly subjects: readonly string[];
}

/** Null when the bytes are anything else than a whole, valid answer in the consumer's own shape. */
export type Scanner = (body: Buffer) => Passed | null;

/** What a scan has seen so far. */
interface Seen {
  listed: number;
  roots: number;
  readonly subjects: string[];
}

/** Reads one value from a position: the position after it, or -1 when it is not what belongs there. */
type Scan = (bytes: Buffer, at: number, seen: Seen) => number;

/** A shape that is not looked for in bytes: it is parsed and shaped instead. */
class Unscannable extends Error {}

const HEAD = Buffer.from('{"data":');
const NULL = Buffer.from('null');

/**
 * Compiles a check of a provider's bytes against the operation: the same keys in the same order, every value of its
 * type, no null where none may be, nothing else. What passes is what parsing, shaping and writing would have made, so
 * it goes to the consumer untouched. Null when the operation needs a look at values: a mask, a denial, a type by name.
 */
export function compileScanner(input: ShaperInput): Scanner | null {
  const { denied, masked, deniedValues, scoped, checks, crossChecks } = input.guarded;
  const looked = [denied, masked, deniedValues, scoped, checks, crossChecks];
  if (looked.some((one) => one && one.size > 0)) return null;
  if (input.hidden && input.hidden.size > 0) return null; // The subjects have to be taken out.
  const root = input.schema.getRootType(operationOf(input.document).operation);
  if (!root) return null;
  try {
    const scan = compileRoot(input, root);
    return (body) => {
      const seen: Seen = { listed: 0, roots: 0, subjects: [] };
      const start = scanBytes(body, 0, HEAD);
      const end = start < 0 ? -1 : scan(body, start, seen);
      if (end < 0 || end + 1 !== body.length || body[end] !== CLOSE || !isUtf8(body)) return null;
      return { data: body.subarray(start, end), rows: seen.listed || seen.roots, subjects: seen.subjects };
    };
  } catch (error) {
    if (error instanceof Unscannable) return null;
    throw error;
  }
}

const CLOSE = 0x7d; // }
const LIST_OPEN = 0x5b; // [
const LIST_CLOSE = 0x5d; // ]
const COMMA = 0x2c; // ,

interface Place {
  readonly depth: number;
  readonly isInList: boolean;
}

function compileRoot(input: ShaperInput, root: GraphQLObjectType): Scan {
  const { schema, document, conditions, subjects } = input;
  const fragments = fragmentsOf(document);

  const compileObject = (
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    place: Place,
    isRow: boolean,
  ): Scan => {
    const fields = [...collectFields(schema, fragments, conditions, type, sets)].map(
      ([key, nodes], index) => {
        if (nodes[0] && input.keyOf(nodes[0]) !== key) throw new Unscannable(); // It has to be renamed.
        const mark = Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`);
        return { mark, scan: compileField(type, nodes, place) };
      },
    );
    if (fields.length === 0) throw new Unscannable();
    return (bytes, from, seen) => {
      let at = from;
      for (const { mark, scan } of fields) {
        at = scanBytes(bytes, at, mark);
        if (at < 0) return -1;
        at = scan(bytes, at, seen);
        if (at < 0) return -1;
      }
      if (bytes[at] !== CLOSE) return -1;
      if (isRow) seen.roots++;
      return at + 1;
    };
  };

  const compileField = (type: GraphQLObjectType, nodes: readonly FieldNode[], place: Place): Scan => {
    const name = nodes[0]?.name.value ?? '';
    if (name === '__typename') return constant(type.name);
    const field = type.getFields()[name];
    if (!field) throw new Unscannable(); // introspection
    return compileType(field.type, nodes, { ...place, depth: place.depth + 1 });
  };

  const compileType = (type: GraphQLOutputType, nodes: readonly FieldNode[], place: Place): Scan => {
    if (isNonNullType(type)) return compileValue(type.ofType, nodes, place);
    const scan = compileValue(type, nodes, place);
    return (bytes, at, seen) => (bytes[at] === NULL[0] ? scanBytes(bytes, at, NULL) : scan(bytes, at, seen));
  };

  const compileValue = (type: GraphQLOutputType, nodes: readonly FieldNode[], place: Place): Scan => {
    if (isListType(type))
      return listOf(compileType(type.ofType, nodes, { depth: place.depth, isInList: true }), !place.isInList);
    if (isLeafType(type)) {
      const scan = leafOf(type);
      return nodes.some((one) => subjects.has(one)) ? subjectOf(scan) : scan;
    }
    if (!isObjectType(type)) throw new Unscannable(); // The type has to be told by its name.
    const sets = nodes.flatMap((one) => one.selectionSet ?? []);
    return compileObject(type, sets, place, place.depth === 1 && !place.isInList);
  };

  return compileObject(root, [operationOf(document).selectionSet], { depth: 0, isInList: false }, false);
}

function listOf(item: Scan, isOutermost: boolean): Scan {
  return (bytes, from, seen) => {
    if (bytes[from] !== LIST_OPEN) return -1;
    let at = from + 1;
    if (bytes[at] === LIST_CLOSE) return at + 1;
    for (;;) {
      at = item(bytes, at, seen);
      if (at < 0) return -1;
      if (isOutermost) seen.listed++;
      const next = bytes[at++];
      if (next === LIST_CLOSE) return at;
      if (next !== COMMA) return -1;
    }
  };
}

/** Notes whom a record is about. A value that is written with escapes is left to the parser. */
function subjectOf(scan: Scan): Scan {
  return (bytes, at, seen) => {
    const end = scan(bytes, at, seen);
    if (end < 0) return -1;
    const text = bytes.toString('utf8', at, end);
    if (text.includes('\\')) return -1;
    seen.subjects.push(text.startsWith('"') ? text.slice(1, -1) : text);
    return end;
  };
}

function constant(value: string): Scan {
  const text = Buffer.from(JSON.stringify(value));
  return (bytes, at) => scanBytes(bytes, at, text);
}

function leafOf(type: GraphQLLeafType): Scan {
  if (isEnumType(type)) {
    const values = type.getValues().map((one) => constant(one.name));
    return (bytes, at, seen) => {
      for (const scan of values) {
        const end = scan(bytes, at, seen);
        if (end >= 0) return end;
      }
      return -1;
    };
  }
  switch (type.name) {
    case 'String':
    case 'ID': // A number would have to become text (GraphQL spec §3.5.5).
      return scanString;
    case 'Int':
      return scanInt;
    case 'Float':
      return scanFloat;
    case 'Boolean':
      return scanBoolean;
    default:
      return scanScalar;
  }
}
