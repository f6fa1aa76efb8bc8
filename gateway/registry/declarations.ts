import {
  type ArgumentDefinition,
  type CompositeType,
  type EnumValue,
  type Subgraph as FederationSubgraph,
  type FieldDefinition,
  type InputFieldDefinition,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type NamedType,
} from '@apollo/federation-internals';
import { Kind } from 'graphql';
import { ownFields, parseFieldSet } from '../field-set.ts';
import { type MaskRule, type SharingClass, USES, type Use, ZONES, type Zone } from '../words.ts';
import { sourcesElsewhere, sourcesOfField } from './field-sets.ts';
import { type SharingNames, sharingNames } from './sharing-names.ts';

/** What one subgraph says of one coordinate. */
export interface Declaration {
  readonly subgraph: string;
  readonly coordinate: string;
  readonly isField: boolean;
  /** The subgraph resolves the field itself; false for `@external` ones and for keys of which it is not the source. */
  readonly owns: boolean;
  /** Part of a key of its object: every subgraph of the entity has it, whoever is its source. */
  readonly isKey: boolean;
  readonly authoritative: boolean;
  /** Null when the subgraph does not classify the coordinate. */
  readonly class: SharingClass | null;
  readonly purposes: ReadonlySet<Use>;
  readonly matchOnly: ReadonlySet<Use>;
  readonly masks: ReadonlyMap<Use, MaskRule>;
  readonly zones: ReadonlySet<Zone>;
  readonly basis: string | null;
  readonly condition: string | null;
  readonly tests: string | null;
  readonly resource: string | null;
  readonly item: string | null;
  readonly subject: 'PERSON' | 'ORGANISATION' | null;
  readonly sources: readonly string[];
  /** Those of `sources` that belong to other objects than the one that carries the field. */
  readonly sourcesElsewhere: readonly string[];
  /** Fields of a key by which the subgraph can be asked for the type's objects; null without a flat one. */
  readonly key: readonly string[] | null;
}

type Element =
  | FieldDefinition<CompositeType>
  | ArgumentDefinition<FieldDefinition<CompositeType>>
  | InputFieldDefinition
  | EnumValue;
type Values = Readonly<Record<string, unknown>>;

/** Everything that one subgraph's SDL says of its coordinates. Federation's own fields and types are left out. */
export function declarationsOf(subgraph: FederationSubgraph): Declaration[] {
  const names = sharingNames(subgraph.schema);
  return subgraph.schema.types().flatMap((type) => {
    if (subgraph.schema.coreFeatures?.sourceFeature(type) || type.name.startsWith('_')) return [];
    return elementsOf(type).map((element) => declare(subgraph, names, type, element));
  });
}

/** Types whose fields, as this subgraph declares them with `@interfaceObject`, belong to all implementations. */
export function interfaceObjectsOf(subgraph: FederationSubgraph): string[] {
  return subgraph.schema
    .types()
    .filter((type) => subgraph.metadata().isInterfaceObjectType(type))
    .map((type) => type.name);
}

function elementsOf(type: NamedType): Element[] {
  if (isObjectType(type) || isInterfaceType(type)) {
    const fields = type.fields().filter((field) => !field.name.startsWith('_'));
    return fields.flatMap((field): Element[] => [field, ...field.arguments()]);
  }
  if (isInputObjectType(type)) return [...type.fields()];
  return isEnumType(type) ? [...type.values] : [];
}

function declare(
  subgraph: FederationSubgraph,
  names: SharingNames | null,
  type: NamedType,
  element: Element,
): Declaration {
  const isArgument = element.kind === 'ArgumentDefinition';
  const isField = element.kind === 'FieldDefinition';
  const read = (on: Element | NamedType, name: keyof SharingNames): Values | null => {
    const applied = names && on.appliedDirectivesOf(names[name])[0];
    return applied ? (applied.arguments(true) as Values) : null;
  };
  // A type's @sharing is the default of its fields and values, never of arguments.
  const sharing = read(element, 'sharing') ?? (isArgument ? null : read(type, 'sharing'));
  const isKey = isField && isKeyField(subgraph, type, element);
  const authoritative = read(element, 'authoritative') !== null;
  // A key has one source: who says that it is its item, or whom it identifies. The others only repeat it.
  const isSource = authoritative || read(element, 'item') !== null || read(element, 'subject') !== null;
  // What is external is another's, and so are its arguments.
  const field = isArgument ? element.parent : isField ? element : undefined;
  const isExternal = field !== undefined && subgraph.metadata().isFieldExternal(field);
  return {
    subgraph: subgraph.name,
    coordinate: element.coordinate,
    isField,
    owns: !isExternal && (!isKey || isSource),
    isKey,
    authoritative,
    class: (sharing?.class as SharingClass | undefined) ?? null,
    purposes: new Set((sharing?.purposes as Use[] | undefined) ?? USES),
    matchOnly: new Set((sharing?.matchOnly as Use[] | undefined) ?? []),
    masks: names ? masksOf(element, names.mask) : new Map(),
    zones: new Set((sharing?.zones as Zone[] | undefined) ?? ZONES),
    basis: textOf(sharing, 'basis'),
    condition: textOf(sharing, 'condition'),
    tests: textOf(sharing, 'as'),
    resource: textOf(read(type, 'resource'), 'name'),
    item: textOf(read(element, 'item'), 'name'),
    subject: (read(element, 'subject')?.kind as 'PERSON' | 'ORGANISATION' | undefined) ?? null,
    sources: isField ? sourcesOfField(subgraph, element) : [],
    sourcesElsewhere: isField ? sourcesElsewhere(subgraph, element) : [],
    key: isField ? flatKey(subgraph, type) : null,
  };
}

function textOf(values: Values | null, name: string): string | null {
  const value = values?.[name];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function masksOf(element: Element, directive: string): Map<Use, MaskRule> {
  const masks = new Map<Use, MaskRule>();
  for (const applied of element.appliedDirectivesOf(directive)) {
    const { rule, for: uses } = applied.arguments() as { rule: MaskRule; for: readonly Use[] };
    // Two masks on one use: nothing of the value is shown.
    for (const use of uses) masks.set(use, masks.has(use) && masks.get(use) !== rule ? 'REDACT' : rule);
  }
  return masks;
}

/** Is it one of the fields by which the subgraph tells objects apart? What it takes over from another is not, nor a root field. */
function isKeyField(
  subgraph: FederationSubgraph,
  type: NamedType,
  field: FieldDefinition<CompositeType>,
): boolean {
  const metadata = subgraph.metadata();
  if (subgraph.schema.schemaDefinition.roots().some((root) => root.type === type)) return false;
  if (field.appliedDirectivesOf(metadata.overrideDirective().name).length > 0) return false;
  return type
    .appliedDirectivesOf(metadata.keyDirective().name)
    .some((key) => ownFields(parseFieldSet(String(key.arguments().fields))).includes(field.name));
}

function flatKey(subgraph: FederationSubgraph, type: NamedType): readonly string[] | null {
  for (const key of type.appliedDirectivesOf(subgraph.metadata().keyDirective().name)) {
    const { fields, resolvable } = key.arguments();
    const { selections } = parseFieldSet(String(fields));
    const names = selections.flatMap((one) =>
      one.kind === Kind.FIELD && !one.selectionSet ? [one.name.value] : [],
    );
    if (resolvable !== false && names.length === selections.length) return names;
  }
  return null;
}
