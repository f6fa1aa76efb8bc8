import {
  baseType,
  type CompositeType,
  type Subgraph as FederationSubgraph,
  type FieldDefinition,
  isCompositeType,
  parseContext,
} from '@apollo/federation-internals';
import { Kind, type SelectionSetNode } from 'graphql';
import { parseFieldSet } from '../field-set.ts';

/**
 * Coordinates of every field and argument that a field set selects, nested ones included. Of an interface's field only that one is
 * named: `buildSharingIndex` adds all that implement it, in whichever subgraph.
 */
function coordinatesOfFieldSet(
  subgraph: FederationSubgraph,
  parent: CompositeType,
  fields: string,
): string[] {
  const found = new Set<string>();
  collect(subgraph, parent, parseFieldSet(fields), found);
  return [...found];
}

function collect(
  subgraph: FederationSubgraph,
  parent: CompositeType,
  set: SelectionSetNode,
  found: Set<string>,
): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) continue; // Field sets cannot name fragments.
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value;
      const type = condition === undefined ? parent : subgraph.schema.type(condition);
      if (type && isCompositeType(type)) collect(subgraph, type, selection.selectionSet, found);
      continue;
    }
    const name = selection.name.value;
    if (name === '__typename') continue;
    const coordinate = `${parent.name}.${name}`;
    found.add(coordinate);
    for (const argument of selection.arguments ?? []) found.add(`${coordinate}(${argument.name.value}:)`);
    const field = parent.field(name);
    const type = field?.type && baseType(field.type);
    if (selection.selectionSet && type && isCompositeType(type))
      collect(subgraph, type, selection.selectionSet, found);
  }
}

/**
 * Coordinates from which a field's value is computed: its `@requires` field set, and what its arguments
 * take by `@fromContext` on each type that sets the context (Measures Art. 14: "in altered form").
 */
export function sourcesOfField(
  subgraph: FederationSubgraph,
  field: FieldDefinition<CompositeType>,
): string[] {
  const metadata = subgraph.metadata();
  const found: string[] = [];
  for (const directive of field.appliedDirectivesOf(metadata.requiresDirective().name)) {
    found.push(...coordinatesOfFieldSet(subgraph, field.parent, String(directive.arguments().fields)));
  }
  for (const argument of field.arguments()) {
    for (const directive of argument.appliedDirectivesOf(metadata.fromContextDirective().name)) {
      const { context, selection } = parseContext(String(directive.arguments().field));
      if (context === undefined) continue;
      for (const type of typesThatSetContext(subgraph, context)) {
        found.push(...coordinatesOfFieldSet(subgraph, type, selection));
      }
    }
  }
  return found;
}

/**
 * Those of a field's sources that are not (only) fields of the same object: what stands below another field of the
 * `@requires` set, and all that comes from a context.
 */
export function sourcesElsewhere(
  subgraph: FederationSubgraph,
  field: FieldDefinition<CompositeType>,
): string[] {
  const here = new Set<string>();
  const elsewhere: string[] = [];
  const name = subgraph.metadata().requiresDirective().name;
  for (const directive of field.appliedDirectivesOf(name)) {
    for (const one of parseFieldSet(String(directive.arguments().fields)).selections) {
      if (one.kind !== Kind.FIELD) continue;
      here.add(`${field.parent.name}.${one.name.value}`);
      const inner = field.parent.field(one.name.value)?.type;
      const type = inner && baseType(inner);
      const nested = new Set<string>();
      if (one.selectionSet && type && isCompositeType(type))
        collect(subgraph, type, one.selectionSet, nested);
      elsewhere.push(...nested);
    }
  }
  return [...elsewhere, ...sourcesOfField(subgraph, field).filter((one) => !here.has(one))];
}

function typesThatSetContext(subgraph: FederationSubgraph, context: string): CompositeType[] {
  const name = subgraph.metadata().contextDirective().name;
  return subgraph.schema
    .types()
    .filter(isCompositeType)
    .filter((type) =>
      type.appliedDirectivesOf(name).some((directive) => directive.arguments().name === context),
    );
}
