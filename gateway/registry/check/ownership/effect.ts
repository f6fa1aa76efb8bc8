import {
  buildASTSchema,
  type GraphQLSchema,
  getNamedType,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** What consumers would notice of changes to some coordinates. Not the operations themselves: they name other providers' items too. */
export interface Effect {
  /** Operations asked lately that touch them, and the departments that asked. */
  readonly operations: number;
  readonly departments: readonly string[];
}

/** An operation with whoever has asked it. */
interface Asked {
  readonly text: string;
  readonly departments: readonly string[];
}

/** Which of the operations touch coordinates, in the schema that consumers see now. Read once for all owners. */
export function effectsOn(
  consumerSdl: string,
  operations: readonly Asked[],
): (coordinates: ReadonlySet<string>) => Effect {
  const trusted = { assumeValid: true, assumeValidSDL: true };
  const schema = buildASTSchema(parse(consumerSdl, { noLocation: true }), trusted);
  const read = operations.map((one) => ({ ...one, touched: touchedBy(schema, one.text) }));
  return (coordinates) => {
    const touching = read.filter(({ touched }) => [...touched].some((one) => coordinates.has(one)));
    return {
      operations: touching.length,
      departments: [...new Set(touching.flatMap(({ departments }) => departments))].sort(),
    };
  };
}

/** Coordinates of everything that an operation names, and of the types that it passes through. */
function touchedBy(schema: GraphQLSchema, text: string): ReadonlySet<string> {
  const touched = new Set<string>();
  const info = new TypeInfo(schema);
  const add = (...coordinates: readonly (string | undefined)[]): void => {
    for (const one of coordinates) if (one !== undefined) touched.add(one);
  };
  try {
    visit(
      parse(text, { noLocation: true }),
      visitWithTypeInfo(info, {
        [Kind.FIELD]: (node) => {
          const parent = info.getParentType()?.name;
          add(parent, `${parent}.${node.name.value}`, getNamedType(info.getType())?.name);
          for (const one of node.arguments ?? []) add(`${parent}.${node.name.value}(${one.name.value}:)`);
          for (const one of info.getFieldDef()?.args ?? []) add(getNamedType(one.type).name);
        },
        [Kind.OBJECT_FIELD]: (node) => {
          const parent = getNamedType(info.getParentInputType())?.name;
          add(parent, `${parent}.${node.name.value}`);
        },
        [Kind.ENUM]: (node) => add(`${getNamedType(info.getInputType())?.name}.${node.value}`),
        [Kind.DIRECTIVE]: (node) => add(`@${node.name.value}`),
      }),
    );
  } catch {
    return touched; // An operation that cannot be read touches nothing that can be told.
  }
  return touched;
}
