import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';

interface TypeNames {
  readonly objects: ReadonlySet<string>;
  readonly interfaces: ReadonlySet<string>;
}

const known = new WeakMap<GraphQLSchema, TypeNames>();

/** Names of types by kind: asked for every entity, so looked up once. */
export function typeNames(schema: GraphQLSchema): TypeNames {
  let names = known.get(schema);
  if (!names) {
    const types = Object.values(schema.getTypeMap());
    names = {
      objects: new Set(types.filter(isObjectType).map((one) => one.name)),
      interfaces: new Set(types.filter(isInterfaceType).map((one) => one.name)),
    };
    known.set(schema, names);
  }
  return names;
}
