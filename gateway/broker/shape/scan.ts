import { isUtf8 } from 'node:buffer';
import {
  type FieldNode,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNullableType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { Subjects } from '../../ledger/index.ts';
import { fragmentsOf, operationOf } from '../operation/index.ts';
import { collectFields } from './collect.ts';
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
import type { Sites } from './sites.ts';

/** The bytes of `data` in a provider's answer that needs no change, with what the ledger wants to know of it. */
export interface Passed {
  readonly data: Buffer;
  readonly rows: number;
  /** The places of the answer where objects stand (`sites` of the scanner). */
  readonly sites: Uint8Array;
  /** Where in `body` whom records are about stands: begin and end of each in turn. */
  readonly subjects: readonly number[];
  readonly body: Buffer;
}

export function noteSubjects({ body, subjects: places }: Passed, subjects: Subjects): void {
  for (let at = 0; at < places.length; at += 2) subjects.addBytes(body, places[at] ?? 0, places[at + 1] ?? 0);
}

/** Null when the bytes are anything else than a whole, valid answer in the consumer's own shape. */
export interface Scanner {
  readonly scan: (body: Buffer) => Passed | null;
  readonly sites: Sites;
}

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
  const { denied, masked, deniedValues, scoped, checks, crossChecks, identified } = input.guarded;
  const looked = [denied, masked, deniedValues, scoped, checks, crossChecks, identified];
  if (looked.some((one) => one && one.size > 0)) return null;
  const root = input.schema.getRootType(operationOf(input.document).operation);
  if (!root) return null;
  try {
    const { scan, sites } = compileRoot(input, root);
    const scanBody: Scanner['scan'] = (body) => {
      const seen: Seen = { listed: 0, roots: 0, subjects: [], sites: new Uint8Array(sites.length) };
      const end = scan(body, new DataView(body.buffer, body.byteOffset, body.length), 0, seen);
      if (end < 0 || end !== body.length || !isUtf8(body)) return null;
      const data = body.subarray(HEAD.length, end - TAIL.length);
      return { data, rows: seen.listed || seen.roots, sites: seen.sites, subjects: seen.subjects, body };
    };
    return { scan: scanBody, sites };
  } catch (error) {
    if (error instanceof Unscannable) return null;
    throw error;
  }
}

interface Place {
  readonly depth: number;
  readonly isInList: boolean;
}

function compileRoot(
  input: ShaperInput,
  root: GraphQLObjectType,
): { readonly scan: Scan; readonly sites: Sites } {
  const { schema, document, conditions, subjects, behind, paging } = input;
  const fragments = fragmentsOf(document);
  const program = new ScanProgram();
  const sites: string[][] = [];

  const compileObject = (
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    place: Place,
    isRow: boolean,
  ): Code => {
    const whom = new Set(subjects.get(type.name) ?? []);
    const site = sites.push([]) - 1;
    const selected = new Set<string>();
    const fields = [...collectFields(schema, fragments, conditions, type, sets)].map(
      ([key, nodes], index) => {
        if (nodes[0] && input.keyOf(nodes[0]) !== key) throw new Unscannable(); // It has to be renamed.
        const mark = literal(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`);
        const name = nodes[0]?.name.value ?? '';
        const coordinate = `${type.name}.${name}`;
        if (name !== '__typename') sites[site]?.push(coordinate);
        if (paging.cursors.has(coordinate)) throw new Unscannable(); // It has to be sealed.
        selected.add(name);
        return `${mark}
${compileField(type, nodes, place, whom.delete(name))}`;
      },
    );
    if (fields.length === 0) throw new Unscannable();
    const [records] = behind.get(type.name) ?? [];
    if (records !== undefined && !selected.has(records)) throw new Unscannable();
    if (whom.size > 0) throw new Unscannable(); // It comes unasked, and has to be taken out.
    return program.define(
      [...fields, literal('}'), isRow ? 'seen.roots++;' : '', `seen.sites[${site}] = 1;`].join('\n'),
    );
  };

  const compileField = (
    type: GraphQLObjectType,
    nodes: readonly FieldNode[],
    place: Place,
    isSubject: boolean,
  ): Code => {
    const name = nodes[0]?.name.value ?? '';
    if (name === '__typename') return literal(JSON.stringify(type.name));
    const field = type.getFields()[name];
    if (!field) throw new Unscannable(); // introspection
    if (isSubject) return compileSubject(field.type);
    return compileType(field.type, nodes, { ...place, depth: place.depth + 1 });
  };

  /** Whom an object is about, which is never null. */
  const compileSubject = (type: GraphQLOutputType): Code => {
    const leaf = getNullableType(type);
    if (!isLeafType(leaf) || !(isEnumType(leaf) || SUBJECTS.has(leaf.name))) throw new Unscannable();
    return subject(leafOf(leaf));
  };

  const compileType = (type: GraphQLOutputType, nodes: readonly FieldNode[], place: Place): Code =>
    isNonNullType(type)
      ? compileValue(type.ofType, nodes, place)
      : nullable(compileValue(type, nodes, place));

  const compileValue = (type: GraphQLOutputType, nodes: readonly FieldNode[], place: Place): Code => {
    if (isListType(type))
      return list(compileType(type.ofType, nodes, { depth: place.depth, isInList: true }), !place.isInList);
    if (isLeafType(type)) return leafOf(type);
    if (!isObjectType(type)) throw new Unscannable(); // The type has to be told by its name.
    const sets = nodes.flatMap((one) => one.selectionSet ?? []);
    return compileObject(type, sets, place, place.depth === 1 && !place.isInList);
  };

  const sets = [operationOf(document).selectionSet];
  const value = compileObject(root, sets, { depth: 0, isInList: false }, false);
  return { scan: program.compile([literal(HEAD), value, literal(TAIL)].join('\n')), sites };
}

/** Types of values that name somebody, whatever the value. */
const SUBJECTS = new Set(['String', 'ID', 'Int']);

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
