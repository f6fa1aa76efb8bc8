import { type DocumentNode, type FieldDefinitionNode, Kind } from 'graphql';

/** Names of fields whose numbers a double may not hold. All other numbers are `Int` or `Float`, which it does. */
export interface Numbers {
  /** Of scalars of a supergraph's own, which may be numbers of any length. */
  readonly scalars: ReadonlySet<string>;
  /** Of type `ID`, which a provider may send as a number. */
  readonly ids: ReadonlySet<string>;
}

const STANDARD = new Set(['Int', 'Float', 'String', 'Boolean', 'ID']);

export function numbersIn(supergraph: DocumentNode): { readonly scalars: string[]; readonly ids: string[] } {
  const custom = new Set(
    supergraph.definitions.flatMap((one) =>
      one.kind === Kind.SCALAR_TYPE_DEFINITION && !STANDARD.has(one.name.value) ? [one.name.value] : [],
    ),
  );
  const scalars = new Set<string>();
  const ids = new Set<string>();
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of type.fields ?? []) {
      const name = namedType(field);
      if (custom.has(name)) scalars.add(field.name.value);
      if (name === 'ID') ids.add(field.name.value);
    }
  }
  return { scalars: [...scalars], ids: [...ids] };
}

function namedType({ type: given }: FieldDefinitionNode): string {
  let type = given;
  while (type.kind !== Kind.NAMED_TYPE) ({ type } = type);
  return type.name.value;
}

/** Is a value of a field an `ID` that was sent as a number which a double cannot tell from others? */
export function isLossy(numbers: Numbers, field: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.some((one) => isLossy(numbers, field, one));
  return typeof value === 'number' && !Number.isSafeInteger(value) && numbers.ids.has(field);
}
