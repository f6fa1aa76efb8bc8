import { type ConstDirectiveNode, type ConstValueNode, type DocumentNode, Kind } from 'graphql';

/** A link of a document to a specification, by the core schemas specification. */
export interface Link {
  readonly directive: string;
  readonly url: string;
  /** What the document calls the specification, where it says so. */
  readonly as: string | undefined;
  /** What it imports, by its name in the specification: how the document calls it. Directives with their `@`. */
  readonly imported: ReadonlyMap<string, string>;
}

/** The links of a document; what has an address counts as one, whatever the directive is called. */
export function linksOf(document: DocumentNode): Link[] {
  return document.definitions.flatMap((one) =>
    one.kind === Kind.SCHEMA_EXTENSION || one.kind === Kind.SCHEMA_DEFINITION
      ? (one.directives ?? []).flatMap(linkOf)
      : [],
  );
}

function linkOf(directive: ConstDirectiveNode): Link[] {
  const argument = (name: string): ConstValueNode | undefined =>
    directive.arguments?.find((one) => one.name.value === name)?.value;
  const url = textOf(argument('url'));
  if (url === undefined) return [];
  const imported = importedNames(argument('import'));
  return [{ directive: directive.name.value, url, as: textOf(argument('as')), imported }];
}

function importedNames(list: ConstValueNode | undefined): Map<string, string> {
  const imported = new Map<string, string>();
  for (const one of list?.kind === Kind.LIST ? list.values : []) {
    if (one.kind === Kind.STRING) imported.set(one.value, one.value);
    if (one.kind !== Kind.OBJECT) continue;
    const text = (key: string): string | undefined =>
      textOf(one.fields.find((field) => field.name.value === key)?.value);
    const name = text('name');
    if (name !== undefined) imported.set(name, text('as') ?? name);
  }
  return imported;
}

function textOf(value: ConstValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}
