import {
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql';

/** Coordinates of the input fields and enum values that a literal uses; variables are collected apart. */
export interface UsedInputs {
  readonly coordinates: Set<string>;
  readonly variables: Set<string>;
}

/** Adds what a literal of the given type uses. A field that is written counts, whatever its value. */
export function collectLiteral(type: GraphQLInputType, value: ValueNode, used: UsedInputs): void {
  const named = getNullableType(type);
  if (value.kind === Kind.VARIABLE) {
    used.variables.add(value.name.value);
  } else if (value.kind === Kind.LIST) {
    // Input coercion lets a single value stand for a list of one (GraphQL spec §3.11).
    const item = isListType(named) ? named.ofType : type;
    for (const one of value.values) collectLiteral(item, one, used);
  } else if (isListType(named)) {
    collectLiteral(named.ofType, value, used);
  } else if (isInputObjectType(named) && value.kind === Kind.OBJECT) {
    const fields = named.getFields();
    for (const entry of value.fields) {
      used.coordinates.add(`${named.name}.${entry.name.value}`);
      const field = fields[entry.name.value];
      if (field) collectLiteral(field.type, entry.value, used);
    }
  } else if (isEnumType(named) && value.kind === Kind.ENUM) {
    used.coordinates.add(`${named.name}.${value.value}`);
  }
}

/** Adds what a variable's value (JSON) of the given type uses. */
export function collectValue(type: GraphQLInputType, value: unknown, coordinates: Set<string>): void {
  const named = getNullableType(type);
  if (value === null || value === undefined) return;
  if (isListType(named)) {
    const items = Array.isArray(value) ? value : [value];
    for (const item of items) collectValue(named.ofType, item, coordinates);
  } else if (isInputObjectType(named)) {
    if (typeof value !== 'object') return;
    const fields = named.getFields();
    for (const [name, inner] of Object.entries(value)) {
      const field = fields[name];
      if (!field || inner === undefined) continue;
      coordinates.add(`${named.name}.${name}`);
      collectValue(field.type, inner, coordinates);
    }
  } else if (isEnumType(named) && typeof value === 'string') {
    coordinates.add(`${named.name}.${value}`);
  }
}
