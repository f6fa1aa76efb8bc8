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
import type { Subjects } from '../../ledger/index.ts';
import { operationOf } from '../operation/index.ts';
import { collectFields, fragmentsOf } from './collect.ts';
import {
  type Code,
  type Leaf,
  leaf,
  list,
  literal,
  nullable,
  oneOf,
  type Scan,
  ScanProgram,
  type Seen,
  subject,
} from './scan-code.ts';
import type { ShaperInput } from './shaper.ts';

/** The bytes of `data` in a provider's answer that needs no change, with what the ledger wants to know of it. */
export interface Passed {
  readonly data: Buffer;
  readonly rows: number;
  /** Where in `body` whom records are about stands: begin and end of each in turn. */
  readonly subjects: readonly number[];
  readonly body: Buffer;
}

export function noteSubjects({ body, subjects: places }: Passed, subjects: Subjects): void {
  for (let at = 0; at < places.length; at += 2) subjects.addBytes(body, places[at] ?? 0, places[at + 1] ?? 0);
}

/** Null when the bytes are anything else than a whole, valid answer in the consumer's own shape. */
export type Scanner = (body: Buffer) => Passed | null;

/** A shape that is not looked for in bytes: it is parsed and shaped instead. */
class Unscannable extends Error {}

const HEAD = '{"data":';
const TAIL = '}';

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
      const end = scan(body, new DataView(body.buffer, body.byteOffset, body.length), 0, seen);
      if (end < 0 || end !== body.length || !isUtf8(body)) return null;
      const data = body.subarray(HEAD.length, end - TAIL.length);
      return { data, rows: seen.listed || seen.roots, subjects: seen.subjects, body };
    };
  } catch (error) {
    if (error instanceof Unscannable) return null;
    throw error;
  }
}

interface Place {
  readonly depth: number;
  readonly isInList: boolean;
}

function compileRoot(input: ShaperInput, root: GraphQLObjectType): Scan {
  const { schema, document, conditions, subjects } = input;
  const fragments = fragmentsOf(document);
  const program = new ScanProgram();

  const compileObject = (
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    place: Place,
    isRow: boolean,
  ): Code => {
    const fields = [...collectFields(schema, fragments, conditions, type, sets)].map(
      ([key, nodes], index) => {
        if (nodes[0] && input.keyOf(nodes[0]) !== key) throw new Unscannable(); // It has to be renamed.
        const mark = literal(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`);
        return `${mark}
${compileField(type, nodes, place)}`;
      },
    );
    if (fields.length === 0) throw new Unscannable();
    return program.define([...fields, literal('}'), isRow ? 'seen.roots++;' : ''].join('\n'));
  };

  const compileField = (type: GraphQLObjectType, nodes: readonly FieldNode[], place: Place): Code => {
    const name = nodes[0]?.name.value ?? '';
    if (name === '__typename') return literal(JSON.stringify(type.name));
    const field = type.getFields()[name];
    if (!field) throw new Unscannable(); // introspection
    return compileType(field.type, nodes, { ...place, depth: place.depth + 1 });
  };

  const compileType = (type: GraphQLOutputType, nodes: readonly FieldNode[], place: Place): Code =>
    isNonNullType(type)
      ? compileValue(type.ofType, nodes, place)
      : nullable(compileValue(type, nodes, place));

  const compileValue = (type: GraphQLOutputType, nodes: readonly FieldNode[], place: Place): Code => {
    if (isListType(type))
      return list(compileType(type.ofType, nodes, { depth: place.depth, isInList: true }), !place.isInList);
    if (isLeafType(type)) {
      const value = leafOf(type);
      return nodes.some((one) => subjects.has(one)) ? subject(value) : value;
    }
    if (!isObjectType(type)) throw new Unscannable(); // The type has to be told by its name.
    const sets = nodes.flatMap((one) => one.selectionSet ?? []);
    return compileObject(type, sets, place, place.depth === 1 && !place.isInList);
  };

  const sets = [operationOf(document).selectionSet];
  const value = compileObject(root, sets, { depth: 0, isInList: false }, false);
  return program.compile([literal(HEAD), value, literal(TAIL)].join('\n'));
}

function leafOf(type: GraphQLLeafType): Code {
  if (isEnumType(type)) return oneOf(type.getValues().map((one) => JSON.stringify(one.name)));
  return leaf(LEAF_KINDS.get(type.name) ?? 'scalar');
}

const LEAF_KINDS: ReadonlyMap<string, Leaf> = new Map([
  ['String', 'string'],
  ['ID', 'string'], // A number would have to become text (GraphQL spec §3.5.5).
  ['Int', 'int'],
  ['Float', 'float'],
  ['Boolean', 'boolean'],
]);
