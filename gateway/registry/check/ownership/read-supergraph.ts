import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type InputValueDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import { linkedNames } from '../../complete-sdl.ts';
import { SHARING_IDENTITY } from '../../sharing-names.ts';
import { fieldSetReader } from './field-set.ts';
import type { Stated, StatedKey, Statements } from './statements.ts';

type Values = Readonly<Record<string, unknown>>;
type Node = {
  readonly description?: { readonly value: string };
  readonly directives?: readonly ConstDirectiveNode[];
};
export type Fielded = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/** What is compared in another way, or says nothing of what others own. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  [SHARING_IDENTITY]: ['sharing', 'resource', 'item', 'subject', 'mask', 'authoritative'], // The sharing index has them.
  'https://specs.apollo.dev/cost': ['cost', 'listSize'], // The cost model has them.
  'https://specs.apollo.dev/context': ['context'], // Named after its subgraph, and used by that one's own arguments only.
};
const INACCESSIBLE = 'https://specs.apollo.dev/inaccessible';

/**
 * A supergraph (join specification v0.5) coordinate by coordinate. Everything that composition says of an element is kept: what this
 * code does not know is compared as it is written (`directives`), so that a directive of tomorrow is no way around.
 */
export function readStatements(supergraphSdl: string): Statements {
  const document = parse(supergraphSdl, { noLocation: true });
  const reader = createReader(document);
  const stated = new Map<string, Stated>();
  const types = document.definitions
    .filter(isType)
    .filter((one) => reader.applied(one, 'join__type').length > 0);
  const byName = new Map(types.map((one) => [one.name.value, one]));
  const fieldSets = fieldSetReader(byName);
  const keys = types.flatMap((type) =>
    reader.applied(type, 'join__type').flatMap(({ graph, key }): StatedKey[] => {
      if (typeof key !== 'string') return [];
      const coordinates = fieldSets(type.name.value, key);
      return [{ type: type.name.value, subgraph: reader.graph(graph), fields: key, coordinates }];
    }),
  );
  const provided = providedOf(types, reader, fieldSets);
  const inputs = inputTypesOf(types);
  for (const type of types)
    for (const one of statementsOf(type, { byName, reader, provided, inputs }))
      stated.set(one.coordinate, one);
  for (const one of document.definitions.flatMap((one) => executable(one, reader.graphs)))
    stated.set(one.coordinate, one);
  const keysOf = new Map<string, StatedKey[]>();
  for (const key of keys)
    for (const one of key.coordinates) keysOf.set(one, [...(keysOf.get(one) ?? []), key]);
  return { stated, keys, keysOf };
}

interface Reader {
  /** All subgraphs. */
  readonly graphs: ReadonlySet<string>;
  applied(node: Node, directive: string): Values[];
  graph(value: unknown): string;
  isHidden(node: Node): boolean;
  /** The directives on an element that are compared as they are written. */
  written(node: Node): string;
}

function createReader(document: DocumentNode): Reader {
  const hidden = linkedNames(document, INACCESSIBLE)?.('@inaccessible').slice(1) ?? 'inaccessible';
  const elsewhere = new Set([hidden]);
  for (const [identity, names] of Object.entries(ELSEWHERE)) {
    const called = linkedNames(document, identity);
    for (const name of called ? names : []) elsewhere.add(called?.(`@${name}`).slice(1) ?? '');
  }
  const graphs = new Map<string, string>();
  const applied = (node: Node, name: string): Values[] =>
    (node.directives ?? []).filter((one) => one.name.value === name).map(argumentsOf);
  for (const one of document.definitions)
    if (one.kind === Kind.ENUM_TYPE_DEFINITION && one.name.value === 'join__Graph')
      for (const value of one.values ?? [])
        graphs.set(value.name.value, String(applied(value, 'join__graph')[0]?.name));
  return {
    applied,
    graphs: new Set(graphs.values()),
    graph: (value) => graphs.get(String(value)) ?? String(value),
    isHidden: (node) => applied(node, hidden).length > 0,
    written: (node) =>
      (node.directives ?? [])
        .filter(({ name }) => !name.value.startsWith('join__') && !elsewhere.has(name.value))
        .map(print)
        .sort()
        .join(' '),
  };
}

function argumentsOf(directive: ConstDirectiveNode): Values {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [
      name.value,
      'value' in value ? value.value : print(value),
    ]),
  );
}

function isType(one: DefinitionNode): one is TypeDefinitionNode {
  return one.kind.endsWith('TypeDefinition');
}

export function isFielded(type: TypeDefinitionNode | undefined): type is Fielded {
  return type?.kind === Kind.OBJECT_TYPE_DEFINITION || type?.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

/** A subgraph that answers others' fields beneath a field of its own (`@provides`), by the coordinate that it so answers. */
function providedOf(
  types: readonly TypeDefinitionNode[],
  reader: Reader,
  fieldSets: ReturnType<typeof fieldSetReader>,
): ReadonlyMap<string, readonly { subgraph: string; via: string }[]> {
  const found = new Map<string, { subgraph: string; via: string }[]>();
  for (const type of types.filter(isFielded))
    for (const field of type.fields ?? [])
      for (const { graph, provides } of reader.applied(field, 'join__field')) {
        if (typeof provides !== 'string') continue;
        const via = `${type.name.value}.${field.name.value}`;
        for (const coordinate of fieldSets(named(field.type), provides))
          found.set(coordinate, [...(found.get(coordinate) ?? []), { subgraph: reader.graph(graph), via }]);
      }
  return found;
}

/** Types that stand in arguments or input fields: all who declare an enum must then agree on its values. */
function inputTypesOf(types: readonly TypeDefinitionNode[]): ReadonlySet<string> {
  const values = types.flatMap((type): readonly InputValueDefinitionNode[] =>
    type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION
      ? (type.fields ?? [])
      : isFielded(type)
        ? (type.fields ?? []).flatMap((field) => field.arguments ?? [])
        : [],
  );
  return new Set(values.map((one) => named(one.type)));
}

/** As `print` writes it, which is slow for so many. */
function typeText(type: TypeNode): string {
  if (type.kind === Kind.NAMED_TYPE) return type.name.value;
  return type.kind === Kind.LIST_TYPE ? `[${typeText(type.type)}]` : `${typeText(type.type)}!`;
}

function named(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type);
}

interface Around {
  readonly byName: ReadonlyMap<string, TypeDefinitionNode>;
  readonly reader: Reader;
  readonly provided: ReturnType<typeof providedOf>;
  readonly inputs: ReadonlySet<string>;
}

function statementsOf(type: TypeDefinitionNode, around: Around): Stated[] {
  const { reader } = around;
  const name = type.name.value;
  const graphs = new Set(reader.applied(type, 'join__type').map(({ graph }) => reader.graph(graph)));
  const isHidden = reader.isHidden(type);
  const base = { type: name, declaredBy: graphs, sources: [], interfaces: [], sets: NO_SETS } as const;
  const valuesOf = (node: Node, hidden: boolean, more: Readonly<Record<string, string>>) =>
    new Map(
      Object.entries({
        ...more,
        visible: String(!hidden && !reader.isHidden(node)),
        description: node.description?.value ?? '',
        directives: reader.written(node),
      }),
    );
  const input = (
    one: InputValueDefinitionNode,
    coordinate: string,
    belongsTo: string,
    hidden: boolean,
  ): Stated => ({
    ...base,
    coordinate,
    belongsTo,
    member: belongsTo === name ? one.name.value : (belongsTo.split('.')[1] ?? null),
    values: valuesOf(one, hidden, {
      type: typeText(one.type),
      default: one.defaultValue ? print(one.defaultValue) : '',
    }),
  });
  const self: Stated = {
    ...base,
    coordinate: name,
    belongsTo: name,
    member: null,
    values: valuesOf(type, false, { kind: type.kind }),
    sets: setsOf(type, graphs, around),
  };
  if (type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION)
    return [
      self,
      ...(type.fields ?? []).map((one) => input(one, `${name}.${one.name.value}`, name, isHidden)),
    ];
  if (type.kind === Kind.ENUM_TYPE_DEFINITION)
    return [
      self,
      ...(type.values ?? []).map(
        (one): Stated => ({
          ...base,
          coordinate: `${name}.${one.name.value}`,
          belongsTo: name,
          member: one.name.value,
          values: valuesOf(one, isHidden, {}),
        }),
      ),
    ];
  if (!isFielded(type)) return [self];
  const fields = (type.fields ?? []).flatMap((field): Stated[] => {
    const coordinate = `${name}.${field.name.value}`;
    const hidden = isHidden || reader.isHidden(field);
    const entries = entriesOf(type, field.name.value, graphs, around);
    const sources = [
      ...entries.filter(({ isSource }) => isSource),
      ...(around.provided.get(coordinate) ?? []).map(({ subgraph, via }) => ({
        subgraph,
        text: `${subgraph} via ${via}`,
        isProvided: true,
      })),
    ];
    const own = { ...base, declaredBy: new Set(entries.map(({ subgraph }) => subgraph)) };
    return [
      {
        ...own,
        coordinate,
        belongsTo: coordinate,
        member: field.name.value,
        values: valuesOf(field, isHidden, { type: typeText(field.type) }),
        sources: sources.map(({ subgraph, text, isProvided }) => ({ subgraph, text, isProvided })),
        interfaces: interfacesOf(type),
      },
      ...(field.arguments ?? []).map((one) => ({
        ...input(one, `${coordinate}(${one.name.value}:)`, coordinate, hidden),
        declaredBy: own.declaredBy,
        interfaces: interfacesOf(type),
      })),
    ];
  });
  return [self, ...fields];
}

const NO_SETS: ReadonlyMap<string, ReadonlySet<string>> = new Map();

function interfacesOf(type: Fielded): string[] {
  return (type.interfaces ?? []).map((one) => one.name.value);
}

/** What many may add to a type, and whoever consumes it gets. A new field of an object type is none of it: nobody gets it unasked. */
function setsOf(
  type: TypeDefinitionNode,
  graphs: ReadonlySet<string>,
  { byName, inputs }: Around,
): ReadonlyMap<string, ReadonlySet<string>> {
  const name = type.name.value;
  const sets = new Map<string, ReadonlySet<string>>();
  if (isFielded(type)) sets.set('interfaces', new Set(interfacesOf(type)));
  if (type.kind === Kind.INTERFACE_TYPE_DEFINITION) {
    const implementing = [...byName.values()].filter(
      (one) => isFielded(one) && interfacesOf(one).includes(name),
    );
    sets.set('implementations', new Set(implementing.map((one) => one.name.value)));
    sets.set('fields', new Set((type.fields ?? []).map((one) => one.name.value)));
  }
  if (type.kind === Kind.UNION_TYPE_DEFINITION)
    sets.set('members', new Set((type.types ?? []).map((one) => one.name.value)));
  if (type.kind === Kind.ENUM_TYPE_DEFINITION) sets.set('values', valueNames(type));
  // Composition keeps of an input type what all who declare it have: a copy, even the same, binds the others from then on.
  const isShared =
    type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ||
    (type.kind === Kind.ENUM_TYPE_DEFINITION && inputs.has(name));
  if (isShared) sets.set('declarations', graphs);
  return sets;
}

function valueNames(type: EnumTypeDefinitionNode): ReadonlySet<string> {
  return new Set((type.values ?? []).map((one) => one.name.value));
}

interface Entry {
  readonly subgraph: string;
  readonly text: string;
  readonly isProvided: boolean;
  readonly isSource: boolean;
}

/** The subgraphs that declare a field: with none named, all that declare the type. */
function entriesOf(
  type: Fielded,
  field: string,
  graphs: ReadonlySet<string>,
  { reader, byName }: Around,
): Entry[] {
  const node = (type.fields ?? []).find((one) => one.name.value === field);
  const joins = node ? reader.applied(node, 'join__field') : [];
  const whole = (subgraph: string): Entry => ({
    subgraph,
    text: subgraph,
    isProvided: false,
    isSource: true,
  });
  if (joins.length === 0) return [...graphs].map(whole);
  return joins.flatMap((join): Entry[] => {
    // Without a graph it comes of an @interfaceObject, whose fields all implementations have.
    if (join.graph === undefined)
      return interfacesOf(type).flatMap((name) => {
        const from = byName.get(name);
        return isFielded(from) && from.fields?.some((one) => one.name.value === field)
          ? entriesOf(from, field, graphsOf(from, reader), { reader, byName } as Around)
          : [];
      });
    const subgraph = reader.graph(join.graph);
    const label = join.overrideLabel === undefined ? '' : ` ${String(join.overrideLabel)}`;
    const override = join.override === undefined ? '' : ` override ${String(join.override)}${label}`;
    const isSource = join.external !== true && join.usedOverridden !== true;
    return [{ subgraph, text: `${subgraph}${override}`, isProvided: false, isSource }];
  });
}

function graphsOf(type: TypeDefinitionNode, reader: Reader): ReadonlySet<string> {
  return new Set(reader.applied(type, 'join__type').map(({ graph }) => reader.graph(graph)));
}

/** Directives that consumers may write: composition keeps those that all subgraphs define. */
function executable(one: DefinitionNode, graphs: ReadonlySet<string>): Stated[] {
  if (one.kind !== Kind.DIRECTIVE_DEFINITION || one.name.value.includes('__')) return [];
  if (!one.locations.some(({ value }) => EXECUTABLE.has(value))) return [];
  const coordinate = `@${one.name.value}`;
  const { description: _, ...undescribed } = one;
  const values = new Map([['definition', print(undescribed)]]);
  return [
    {
      coordinate,
      belongsTo: coordinate,
      type: coordinate,
      member: null,
      values,
      sets: NO_SETS,
      declaredBy: graphs,
      sources: [],
      interfaces: [],
    },
  ];
}

const EXECUTABLE: ReadonlySet<string> = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
]);
