import { type DocumentNode, type GraphQLSchema, isInputObjectType, Kind, parse } from 'graphql';

/** `@oneOf` (GraphQL spec, Oneof Input Objects), which composition neither knows nor keeps. */
const DEFINITION = parse('directive @oneOf on INPUT_OBJECT', { noLocation: true }).definitions;

/** A subgraph's SDL with the definition of `@oneOf` where it is used without one, so that it composes. */
export function withOneOf(sdl: DocumentNode): DocumentNode {
  const isDefined = sdl.definitions.some(
    (one) => one.kind === Kind.DIRECTIVE_DEFINITION && one.name.value === 'oneOf',
  );
  if (isDefined || oneOfInputs(sdl).size === 0) return sdl;
  return { ...sdl, definitions: [...sdl.definitions, ...DEFINITION] };
}

/** Marks the input types that any subgraph declares `@oneOf`: the strictest holds. */
export function markOneOf(schema: GraphQLSchema, sdls: readonly DocumentNode[]): void {
  for (const name of sdls.flatMap((one) => [...oneOfInputs(one)])) {
    const type = schema.getType(name);
    if (isInputObjectType(type)) type.isOneOf = true;
  }
}

function oneOfInputs(sdl: DocumentNode): Set<string> {
  const names = new Set<string>();
  for (const one of sdl.definitions) {
    const isInput =
      one.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION || one.kind === Kind.INPUT_OBJECT_TYPE_EXTENSION;
    if (isInput && one.directives?.some(({ name }) => name.value === 'oneOf')) names.add(one.name.value);
  }
  return names;
}
