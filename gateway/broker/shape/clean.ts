import {
  type FieldNode,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { compileCode } from '../compiled-code.ts';
import { memberOf } from '../member-code.ts';
import { fragmentsOf, operationOf } from '../operation/index.ts';
import type { JsonObject } from '../program/record.ts';
import { compileAgrees } from './agreeing.ts';
import { compileBehind } from './behind.ts';
import { collectFields } from './collect.ts';
import { isInt, isWritable } from './leaf.ts';
import { type Place as AskedPlace, placeBelow, ROOT_PLACE, type ShaperInput, sealAt } from './shaper.ts';
import type { Sites } from './sites.ts';
import { namesSomebody } from './subject-of.ts';

/** What shaping a clean answer tells beside it. */
export interface Counted {
  onSubject(value: unknown): void;
  listed: number;
  roots: number;
  /** By site, 1 where an object was shaped (`sites` of the shaper). */
  readonly sites: Uint8Array;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Shapes merged data in which everything is there and as it should be; undefined as soon as anything is not. It knows no
 * paths, no errors and no null propagation: the full shaper begins anew where it gives up.
 */
export interface CleanShaper {
  readonly shape: (data: JsonObject, counted: Counted) => JsonObject | undefined;
  /** For each place of the answer where an object may stand, the coordinates that are given with it. */
  readonly sites: Sites;
}

/** What code may refer to by number: checks, masks and sets. */
interface Tables {
  readonly values: ReadonlySet<unknown>[];
  readonly masks: ((value: unknown) => unknown)[];
  readonly looks: ((object: JsonObject, counted: Counted) => boolean)[];
}

/**
 * Compiles the shaper of clean answers to code that makes each object in one piece. Names appear in it as JSON strings
 * only, so that no text of a consumer or a schema is ever run. Null where the answer will always need the full shaper.
 */
export function compileCleanShaper(input: ShaperInput): CleanShaper | null {
  const {
    masked: _,
    identified: __,
    denied,
    deniedValues,
    scoped,
    checks,
    crossChecks,
    ...others
  } = input.guarded;
  others satisfies Record<string, never>; // Whatever else is guarded has to be thought of here.
  if ([denied, deniedValues, scoped, checks, crossChecks].some((one) => one && one.size > 0)) return null;
  const root = input.schema.getRootType(operationOf(input.document).operation);
  if (!root) return null;
  try {
    return new CleanCode(input).compile(root);
  } catch (error) {
    if (error instanceof NeverClean) return null;
    throw error;
  }
}

class NeverClean extends Error {}

/** Abstract types in abstract types multiply; what is selected of so many is shaped without code of its own. */
const MOST_FUNCTIONS = 500;

interface Place extends AskedPlace {
  readonly depth: number;
  readonly isInList: boolean;
}

/** Code that leaves the shaped form of the variable `v` in it, or returns undefined. */
type Code = string;

const GIVE_UP = 'return undefined;';

class CleanCode {
  readonly #input: ShaperInput;
  readonly #fragments: ReturnType<typeof fragmentsOf>;
  readonly #tables: Tables = { values: [], masks: [], looks: [] };
  readonly #functions: string[] = [];
  readonly #sites: string[][] = [];

  constructor(input: ShaperInput) {
    this.#input = input;
    this.#fragments = fragmentsOf(input.document);
  }

  compile(root: GraphQLObjectType): CleanShaper {
    const sets = [operationOf(this.#input.document).selectionSet];
    const name = this.#object(root, sets, { ...ROOT_PLACE, depth: 0, isInList: false });
    const code = `'use strict'; const { values, masks, looks } = tables;\n${this.#functions.join('\n')}\nreturn ${name};`;
    const make = compileCode(['tables', 'isInt', 'isWritable', 'namesSomebody'], code);
    return {
      shape: make(this.#tables, isInt, isWritable, namesSomebody) as CleanShaper['shape'],
      sites: this.#sites,
    };
  }

  /** A function that shapes an object of a type. */
  #object(type: GraphQLObjectType, sets: readonly SelectionSetNode[], place: Place): string {
    const { schema, conditions } = this.#input;
    const fields = [...collectFields(schema, this.#fragments, conditions, type, sets)];
    const steps: string[] = [];
    const members: string[] = [];
    const site = this.#sites.push([]) - 1;
    for (const [index, [key, nodes]] of fields.entries()) {
      const [node] = nodes;
      if (!node || key === '__proto__') throw new NeverClean();
      if (node.name.value === '__typename') {
        members.push(`${JSON.stringify(key)}: ${JSON.stringify(type.name)}`);
        continue;
      }
      const field = type.getFields()[node.name.value];
      if (!field) throw new NeverClean(); // introspection
      this.#sites[site]?.push(`${type.name}.${field.name}`);
      const below = placeBelow(this.#input, place, type, nodes, this.#input.keyOf(node));
      const value = this.#type(field.type, type, nodes, { ...place, ...below, depth: place.depth + 1 });
      steps.push(
        `let v${index}; { let v = ${memberOf('o', this.#input.keyOf(node))}; ${value} v${index} = v; }`,
      );
      members.push(`${JSON.stringify(key)}: v${index}`);
    }
    const name = `shape${this.#functions.length}`;
    if (this.#functions.length >= MOST_FUNCTIONS) throw new NeverClean();
    this.#functions.push(
      `function ${name}(o, run) {\n${this.#knowing(type, fields, place)}${steps.join('\n')}\nrun.sites[${site}] = 1;\nreturn { ${members.join(', ')} };\n}`,
    );
    return name;
  }

  /** Whether an object is what was asked for, and whom it is about; what does not say so is left to the full shaper. */
  #knowing(
    type: GraphQLObjectType,
    fields: readonly (readonly [string, readonly FieldNode[]])[],
    place: Place,
  ): Code {
    const { schema } = this.#input;
    const agrees = compileAgrees(type, place.identified);
    const selected = new Set(fields.flatMap(([, nodes]) => nodes.map((one) => one.name.value)));
    const behind = compileBehind(schema, this.#input, type.name, (field) => selected.has(field));
    const { looks } = this.#tables;
    const first = agrees
      ? `if (!looks[${looks.push((o, run) => agrees(o, run.variables)) - 1}](o, run)) ${GIVE_UP}\n`
      : '';
    const last = behind
      ? `if (!looks[${looks.push((o, run) => behind(o, run, !place.isInList)) - 1}](o, run)) ${GIVE_UP}\n`
      : '';
    return first + this.#subjects(type) + last;
  }

  #subjects(type: GraphQLObjectType): Code {
    const fields = this.#input.subjects.get(type.name) ?? [];
    return fields
      .map(
        (field) =>
          `{ const subject = ${memberOf('o', field)}; if (!namesSomebody(subject)) ${GIVE_UP} run.onSubject(subject); }\n`,
      )
      .join('');
  }

  #type(type: GraphQLOutputType, parent: GraphQLObjectType, nodes: readonly FieldNode[], place: Place): Code {
    if (isNonNullType(type))
      return `if (v === null || v === undefined) ${GIVE_UP} ${this.#value(type.ofType, parent, nodes, place)}`;
    return `if (v !== null) { if (v === undefined) ${GIVE_UP} ${this.#value(type, parent, nodes, place)} }`;
  }

  #value(
    type: GraphQLOutputType,
    parent: GraphQLObjectType,
    nodes: readonly FieldNode[],
    place: Place,
  ): Code {
    if (isListType(type)) {
      const item = this.#type(type.ofType, parent, nodes, { ...place, isInList: true });
      const count = place.isInList ? '' : 'if (v !== null) run.listed++;';
      return `if (!Array.isArray(v)) ${GIVE_UP}
{ const list = v, shaped = new Array(list.length);
for (let i = 0; i < list.length; i++) { let v = list[i]; ${item} ${count} shaped[i] = v; }
v = shaped; }`;
    }
    if (isLeafType(type)) return this.#leaf(type, parent, nodes, place);
    const sets = nodes.flatMap((one) => one.selectionSet ?? []);
    const count = place.depth === 1 && !place.isInList ? 'run.roots++;' : '';
    const isObject = `if (typeof v !== 'object' || Array.isArray(v)) ${GIVE_UP}`;
    if (isObjectType(type)) {
      const shape = this.#object(type, sets, place);
      const isOther = `{ const t = v.__typename; if (t !== ${JSON.stringify(type.name)} && t !== undefined && t !== null) ${GIVE_UP} }`;
      return `${isObject} ${isOther} ${count} v = ${shape}(v, run); if (v === undefined) ${GIVE_UP}`;
    }
    if (!isInterfaceType(type) && !('getTypes' in type)) throw new NeverClean();
    const cases = this.#input.schema
      .getPossibleTypes(type)
      .map(
        (one) => `case ${JSON.stringify(one.name)}: v = ${this.#object(one, sets, place)}(v, run); break;`,
      );
    return `${isObject} ${count} switch (v.__typename) { ${cases.join(' ')} default: ${GIVE_UP} } if (v === undefined) ${GIVE_UP}`;
  }

  #leaf(type: GraphQLLeafType, parent: GraphQLObjectType, nodes: readonly FieldNode[], place: Place): Code {
    const { guarded, maskFor } = this.#input;
    const rules = new Set(nodes.flatMap((one) => guarded.masked.get(one)?.get(parent.name) ?? []));
    const coordinate = `${parent.name}.${nodes[0]?.name.value}`;
    const seal = sealAt(this.#input, coordinate, place);
    const masks = [
      ...[...rules].map((rule) => maskFor(rule, coordinate, place.path)),
      ...(seal ? [seal] : []),
    ];
    const steps = [this.#check(type)];
    for (const mask of masks) steps.push(`v = masks[${this.#tables.masks.push(mask) - 1}](v);`);
    if (masks.length > 0) steps.push(`if (v === null) ${GIVE_UP}`);
    return steps.join(' ');
  }

  #check(type: GraphQLLeafType): Code {
    if (isEnumType(type)) {
      const values = new Set<unknown>(type.getValues().map((one) => one.name));
      return `if (!values[${this.#tables.values.push(values) - 1}].has(v)) ${GIVE_UP}`;
    }
    // An integer becomes text (GraphQL spec §3.5.5).
    if (type.name === 'ID')
      return `if (typeof v !== 'string') { if (!Number.isSafeInteger(v)) ${GIVE_UP} v = String(v); }`;
    const check = CHECKS.get(type.name);
    return `if (!(${check ?? 'isWritable(v)'})) ${GIVE_UP}`;
  }
}

const CHECKS: ReadonlyMap<string, Code> = new Map([
  ['String', `typeof v === 'string'`],
  ['Int', 'isInt(v)'],
  ['Float', 'Number.isFinite(v)'],
  ['Boolean', `typeof v === 'boolean'`],
]);
