import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import type { Model, ModelField, ModelType } from './model.ts';

/** An operation that nobody has asked: it tries fields of a subgraph, each of which is named where it fails. */
export interface Probe {
  /** A field, or a type where several of its fields are tried together. */
  readonly coordinate: string;
  readonly text: string;
}

/** Fields that the planner has to prepare something for: so many, each by so many ways. */
const MOST_PREPARED = 60;
const WAYS = 3;
/** All fields of a type together, in lots of so many. */
const LOT = 40;
const MOST_LOTS = 60;

/**
 * Operations that touch what a subgraph declares of what consumers see: each field that needs others (`@requires`, `@fromContext`,
 * `@provides`) alone and by several ways, as each may reach its entity by another key; then the fields of each type together.
 */
export function probesOf(schema: GraphQLSchema, model: Model): Probe[] {
  const ways = waysTo(schema);
  const types = [...model.types.values()].flatMap((type) => {
    const seen = schema.getType(type.name);
    const found = ways.get(type.name) ?? [];
    if (!seen || !(isObjectType(seen) || isInterfaceType(seen)) || found.length === 0) return [];
    const fields = type.fields.flatMap((field) => {
      const definition = seen.getFields()[field.name];
      return definition ? [{ field, text: selectionOf(definition) }] : [];
    });
    return fields.length > 0 ? [{ type, found, fields }] : [];
  });
  const prepared = types.flatMap(({ type, found, fields }) =>
    fields
      .filter(({ field }) => needsOthers(type, field))
      .flatMap(({ field, text }) =>
        found.map((way) => ({ coordinate: field.coordinate, text: along(way, text) })),
      ),
  );
  const lots = types.flatMap(({ type, found, fields }) =>
    found.slice(0, isEntity(type) ? WAYS : 1).flatMap((way) => {
      const texts = fields.map(({ text }) => text);
      return Array.from({ length: Math.ceil(texts.length / LOT) }, (_, lot) => ({
        coordinate: type.coordinate,
        text: along(way, texts.slice(lot * LOT, (lot + 1) * LOT).join(' ')),
      }));
    }),
  );
  return [...prepared.slice(0, MOST_PREPARED), ...lots.slice(0, MOST_LOTS)];
}

function needsOthers(type: ModelType, field: ModelField): boolean {
  return (
    field.federation('requires') !== null ||
    field.federation('provides') !== null ||
    type.federation('interfaceObject') !== null ||
    field.args.some((arg) => arg.federation('fromContext') !== null)
  );
}

function isEntity(type: ModelType): boolean {
  return type.federationAll('key').length > 0;
}

/** Opening texts of the selections that lead to a type, the outermost first. */
type Way = readonly string[];

function along(way: Way, selection: string): string {
  return `query { ${way.map((step) => `${step} { `).join('')}${selection}${' }'.repeat(way.length)} }`;
}

/** The shortest ways from the query to every type that consumers see, the first few that differ in their last step. */
function waysTo(schema: GraphQLSchema): ReadonlyMap<string, readonly Way[]> {
  const query = schema.getQueryType();
  const ways = new Map<string, Way[]>();
  if (!query) return ways;
  ways.set(query.name, [[]]);
  const waiting: GraphQLNamedType[] = [query];
  const reach = (type: GraphQLNamedType, way: Way): void => {
    const known = ways.get(type.name);
    if (!known) {
      ways.set(type.name, [way]);
      waiting.push(type);
    } else if (known.length < WAYS && type !== query) known.push(way);
  };
  for (let type = waiting.shift(); type; type = waiting.shift()) {
    const [way = []] = ways.get(type.name) ?? [];
    if (isObjectType(type) || isInterfaceType(type))
      for (const field of Object.values(type.getFields())) {
        const inner = getNamedType(field.type);
        if (isCompositeType(inner)) reach(inner, [...way, callOf(field)]);
      }
    if (isAbstractType(type))
      for (const one of schema.getPossibleTypes(type)) reach(one, [...way, `... on ${one.name}`]);
  }
  return ways;
}

function selectionOf(field: GraphQLField<unknown, unknown>): string {
  return isCompositeType(getNamedType(field.type)) ? `${callOf(field)} { __typename }` : callOf(field);
}

function callOf(field: GraphQLField<unknown, unknown>): string {
  const needed = field.args.filter((one: GraphQLArgument) => isRequiredArgument(one));
  return needed.length === 0
    ? field.name
    : `${field.name}(${needed.map(({ name, type }) => `${name}: ${literalOf(type)}`).join(', ')})`;
}

const DEEPEST = 12;

/** Some value that the type takes. */
function literalOf(type: GraphQLInputType, depth = 0): string {
  if (isNonNullType(type)) return literalOf(type.ofType, depth);
  if (isListType(type)) return '[]';
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(type)) {
    if (depth > DEEPEST) return '{}';
    const fields = Object.values(type.getFields());
    const needed = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField);
    return `{ ${needed.map((one) => `${one.name}: ${literalOf(one.type, depth + 1)}`).join(', ')} }`;
  }
  return LITERALS[type.name] ?? '"1"';
}

const LITERALS: Readonly<Record<string, string>> = { Int: '1', Float: '1.0', Boolean: 'true' };
