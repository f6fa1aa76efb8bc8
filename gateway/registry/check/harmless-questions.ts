import { type DocumentNode, type InputValueDefinitionNode, Kind, type TypeNode } from 'graphql';

/** Root fields that are asked: one with a guard of its own says nothing of the others. */
const MOST_FIELDS = 3;

/**
 * Questions that every subgraph of this schema understands and that ask for nobody: its schema, no entities, and root fields with
 * values that nothing has.
 */
export function harmlessQuestions(document: DocumentNode): string[] {
  const query = rootName(document);
  const enums = new Map<string, string>();
  for (const one of document.definitions)
    if (one.kind === Kind.ENUM_TYPE_DEFINITION)
      enums.set(one.name.value, one.values?.[0]?.name.value ?? 'null');
  const leaves = new Set([...BUILT_IN, ...enums.keys()]);
  for (const one of document.definitions)
    if (one.kind === Kind.SCALAR_TYPE_DEFINITION) leaves.add(one.name.value);
  const fields = document.definitions.flatMap((one) =>
    (one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.OBJECT_TYPE_EXTENSION) &&
    one.name.value === query
      ? (one.fields ?? [])
      : [],
  );
  const asked = fields.flatMap(({ name, arguments: all = [], type }) => {
    if (name.value.startsWith('_')) return [];
    const needed = all.filter((one) => one.type.kind === Kind.NON_NULL_TYPE && !one.defaultValue);
    const values = needed.map((one) => argument(one, enums));
    if (values.includes(null)) return [];
    const call = values.length > 0 ? `${name.value}(${values.join(', ')})` : name.value;
    return [leaves.has(named(type)) ? `{ ${call} }` : `{ ${call} { __typename } }`];
  });
  const isEntity = document.definitions.some(
    (one) => 'directives' in one && one.directives?.some(({ name }) => /(^|__)key$/.test(name.value)),
  );
  return [
    '{ _service { sdl } }',
    ...(isEntity ? ['{ _entities(representations: []) { __typename } }'] : []),
    ...asked.slice(0, MOST_FIELDS),
  ];
}

const BUILT_IN = ['ID', 'String', 'Int', 'Float', 'Boolean'];

function rootName(document: DocumentNode): string {
  for (const one of document.definitions)
    if (one.kind === Kind.SCHEMA_DEFINITION || one.kind === Kind.SCHEMA_EXTENSION)
      for (const { operation, type } of one.operationTypes ?? [])
        if (operation === 'query') return type.name.value;
  return 'Query';
}

/** Null where only an input object would do. */
function argument(
  { name, type }: InputValueDefinitionNode,
  enums: ReadonlyMap<string, string>,
): string | null {
  const inner = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  if (inner.kind === Kind.LIST_TYPE) return `${name.value}: []`;
  const of = named(inner);
  const value = enums.get(of) ?? LITERALS[of];
  return value === undefined ? null : `${name.value}: ${value}`;
}

const LITERALS: Readonly<Record<string, string>> = {
  ID: '"0"',
  String: '"0"',
  Int: '0',
  Float: '0.0',
  Boolean: 'false',
};

function named(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type);
}
