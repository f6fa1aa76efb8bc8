import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  defaultFieldResolver,
  type ExecutionResult,
  execute,
  type FieldDefinitionNode,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';

/** A subgraph as it was written and as it executes. */
export interface NaiveSubgraph {
  readonly name: string;
  readonly typeDefs: DocumentNode;
  readonly schema: GraphQLSchema;
}

/** An object, with the subgraph that it came from, as which type, and the object above it. */
interface Located {
  readonly subgraph: Subgraph;
  readonly type: string;
  readonly source: Record<string, unknown>;
  readonly above: Located | null;
}

interface Subgraph extends NaiveSubgraph {
  readonly types: ReadonlyMap<string, TypeFacts>;
}

interface TypeFacts {
  readonly keys: readonly SelectionSetNode[];
  readonly contexts: readonly string[];
  readonly isInterfaceObject: boolean;
  readonly fields: ReadonlyMap<string, FieldDefinitionNode>;
}

/**
 * Executes an operation with graphql-js over the merged schema, without a plan: whenever a field is resolved, a subgraph
 * that has it is asked for just that field of just that object. Slow, and simple enough to be believed.
 */
export function naiveExecution(
  schema: GraphQLSchema,
  given: readonly NaiveSubgraph[],
): (query: string, variables: Readonly<Record<string, unknown>>) => Promise<ExecutionResult> {
  const subgraphs = given.map((one): Subgraph => ({ ...one, types: factsOf(one.typeDefs) }));

  /** The type of a subgraph under which it knows a type: its own, or an interface object. */
  const typeIn = (subgraph: Subgraph, type: string): string | null => {
    if (subgraph.types.has(type)) return type;
    const merged = schema.getType(type);
    const interfaces = isObjectType(merged) ? merged.getInterfaces().map((one) => one.name) : [];
    return interfaces.find((one) => subgraph.types.get(one)?.isInterfaceObject) ?? null;
  };
  const fieldIn = (subgraph: Subgraph, type: string, field: string): FieldDefinitionNode | undefined => {
    const own = typeIn(subgraph, type);
    return own === null ? undefined : subgraph.types.get(own)?.fields.get(field);
  };
  const resolves = (subgraph: Subgraph, type: string, field: string): boolean => {
    const node = fieldIn(subgraph, type, field);
    if (!node || directive(node.directives, 'external')) return false;
    if (isOff(directive(node.directives, 'override'))) return false;
    return !subgraphs.some((other) => {
      const override = directive(fieldIn(other, type, field)?.directives, 'override');
      return override && argument(override, 'from') === subgraph.name && !isOff(override);
    });
  };

  const resolveField = async (
    at: Located | null,
    type: string,
    field: string,
    args: object,
    info: Info,
  ): Promise<unknown> => {
    const isRoot =
      at === null || type === schema.getQueryType()?.name || type === schema.getMutationType()?.name;
    const able = subgraphs.filter((one) => resolves(one, type, field));
    const own = able.find((one) => one === at?.subgraph && !isComputed(one, type, field));
    if (own && at) return ask(own, at, type, field, args, info);
    for (const subgraph of isRoot ? able : []) return ask(subgraph, null, type, field, args, info);
    for (const subgraph of able) {
      const entity = at && (await enter(subgraph, at, type, field, info));
      if (entity !== undefined) return entity && ask(subgraph, entity, type, field, args, info);
    }
    throw new Error(`nobody resolves ${type}.${field}`);
  };

  const isComputed = (subgraph: Subgraph, type: string, field: string): boolean =>
    directive(fieldIn(subgraph, type, field)?.directives, 'requires') !== undefined;

  /** The object as another subgraph has it: null when it does not know it, undefined when there is no way to it. */
  const enter = async (
    subgraph: Subgraph,
    at: Located,
    type: string,
    field: string,
    info: Info,
  ): Promise<Located | null | undefined> => {
    const name = typeIn(subgraph, type);
    if (name === null) return undefined;
    for (const [index, key] of (subgraph.types.get(name)?.keys ?? []).entries()) {
      // To find a key's fields, other subgraphs may have to be entered; never twice by the same key.
      const door = `${subgraph.name} ${name} ${index}`;
      if (info.entered?.has(door)) continue;
      let reference: Record<string, unknown>;
      try {
        reference = await select(at, type, key, {
          ...info,
          entered: new Set([...(info.entered ?? []), door]),
        });
      } catch {
        continue;
      }
      const required = argument(directive(fieldIn(subgraph, type, field)?.directives, 'requires'), 'fields');
      if (required !== undefined)
        Object.assign(reference, await select(at, type, fieldSet(String(required)), info));
      const resolved = await referenced(subgraph, name, { __typename: name, ...reference }, info);
      return resolved === null ? null : { subgraph, type: name, source: resolved, above: at.above };
    }
    return undefined;
  };

  const referenced = async (
    subgraph: Subgraph,
    type: string,
    reference: Record<string, unknown>,
    info: Info,
  ): Promise<Record<string, unknown> | null> => {
    const facts = subgraph.schema.getType(type)?.extensions.apollo as {
      subgraph?: { resolveReference?: Reference };
    };
    const resolve = facts?.subgraph?.resolveReference;
    const resolved = resolve ? await resolve(reference, {}, info) : reference;
    return resolved ?? null;
  };

  /** Selects a field set of an object, wherever its fields are. */
  const select = async (
    at: Located,
    type: string,
    set: SelectionSetNode,
    info: Info,
  ): Promise<Record<string, unknown>> => {
    const selected: Record<string, unknown> = {};
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) {
        const name = one.name.value;
        if (name === '__typename') selected[name] = type;
        else {
          const owner = schema.getType(type);
          const definition = isObjectType(owner) ? owner.getFields()[name] : undefined;
          const args = definition ? getArgumentValues(definition, one) : {};
          const value = await resolveField(at, type, name, args, info);
          selected[name] = await selectValue(value, one.selectionSet, info);
        }
      } else if (one.kind === Kind.INLINE_FRAGMENT) {
        if (isOf(type, one.typeCondition?.name.value))
          Object.assign(selected, await select(at, type, one.selectionSet, info));
      }
    }
    return selected;
  };
  const selectValue = async (
    value: unknown,
    set: SelectionSetNode | undefined,
    info: Info,
  ): Promise<unknown> => {
    if (!set || value === null || value === undefined) return value ?? null;
    if (Array.isArray(value)) return Promise.all(value.map((one) => selectValue(one, set, info)));
    const located = value as Located;
    return select(located, await typeOf(located, info), set, info);
  };
  const isOf = (type: string, condition: string | undefined): boolean => {
    const [object, abstract] = [schema.getType(type), schema.getType(condition ?? type)];
    return (
      type === abstract?.name ||
      (isObjectType(object) && isAbstractType(abstract) && schema.isSubType(abstract, object))
    );
  };

  /** Asks one subgraph for one field of one object. */
  const ask = async (
    subgraph: Subgraph,
    at: Located | null,
    type: string,
    field: string,
    args: object,
    info: Info,
  ): Promise<unknown> => {
    const owner = subgraph.schema.getType(typeIn(subgraph, type) ?? type);
    if (!isObjectType(owner)) throw new Error(`${subgraph.name} has no objects ${type}`);
    const definition = owner.getFields()[field];
    if (!definition) throw new Error(`${subgraph.name} has no ${type}.${field}`);
    const given = { ...args, ...(await contextual(subgraph, at, type, field, info)) };
    const resolve = definition.resolve ?? defaultFieldResolver;
    return locate(
      await resolve(at?.source, given, {}, { ...info, fieldName: field, schema: subgraph.schema }),
      definition.type,
      subgraph,
      at,
    );
  };

  const contextual = async (
    subgraph: Subgraph,
    at: Located | null,
    type: string,
    field: string,
    info: Info,
  ) => {
    const values: Record<string, unknown> = {};
    for (const one of fieldIn(subgraph, type, field)?.arguments ?? []) {
      const from = argument(directive(one.directives, 'fromContext'), 'field');
      if (from === undefined) continue;
      const [, name = '', text = ''] = /^\s*\$(\w+)\s*(.*)$/s.exec(String(from)) ?? [];
      for (let above = at?.above ?? null; above; above = above.above) {
        const facts = subgraph.types.get(above.type);
        if (!facts?.contexts.includes(name)) continue;
        const selected = await select(above, above.type, fieldSet(text.replace(/^\{|\}$/g, '')), info);
        values[one.name.value] = Object.values(selected)[0];
        break;
      }
    }
    return values;
  };

  const locate = async (
    given: unknown,
    type: GraphQLOutputType,
    subgraph: Subgraph,
    above: Located | null,
  ): Promise<unknown> => {
    const value = await given;
    if (Array.isArray(value)) return Promise.all(value.map((one) => locate(one, type, subgraph, above)));
    const named = getNamedType(type);
    const isObject = isObjectType(named) || isInterfaceType(named) || isUnionType(named);
    if (!isObject || typeof value !== 'object' || value === null) return value;
    return { subgraph, type: named.name, source: { ...value }, above } satisfies Located;
  };

  /** The object type that something has in the merged schema. */
  const typeOf = async (at: Located, info: Info): Promise<string> => {
    if (isObjectType(schema.getType(at.type))) return at.type;
    const own = at.subgraph.schema.getType(at.type);
    const name = isAbstractType(own)
      ? ((await own.resolveType?.(at.source, {}, info, own)) ?? at.source.__typename)
      : null;
    if (typeof name === 'string' && name !== at.type) return name;
    for (const subgraph of subgraphs) {
      const abstract = subgraph.schema.getType(at.type);
      if (!isInterfaceType(abstract)) continue;
      for (const key of subgraph.types.get(at.type)?.keys ?? []) {
        const reference: Record<string, unknown> = { __typename: at.type, ...(await selectOwn(at, key)) };
        const resolved = await referenced(subgraph, at.type, reference, info);
        const found =
          resolved && ((await abstract.resolveType?.(resolved, {}, info, abstract)) ?? resolved.__typename);
        if (typeof found === 'string') return found;
      }
    }
    throw new Error(`what type is this ${at.type}?`);
  };
  const selectOwn = async (at: Located, key: SelectionSetNode): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      key.selections.map((one) =>
        one.kind === Kind.FIELD ? [one.name.value, at.source[one.name.value]] : [],
      ),
    );

  return async (query, variables) =>
    execute({
      schema,
      document: parse(query),
      variableValues: variables,
      typeResolver: (value, _, info) => typeOf(value as Located, info),
      fieldResolver: (at, args, _, info) =>
        resolveField((at as Located) ?? null, info.parentType.name, info.fieldName, args, info),
    });
}

type Info = GraphQLResolveInfo & { readonly entered?: ReadonlySet<string> };
type Reference = (reference: object, context: object, info: Info) => Record<string, unknown> | null;
type Directives = readonly ConstDirectiveNode[] | undefined;

function directive(all: Directives, name: string): ConstDirectiveNode | undefined {
  return all?.find((one) => one.name.value === name);
}

function argument(node: ConstDirectiveNode | undefined, name: string): unknown {
  const found = node?.arguments?.find((one: ArgumentNode) => one.name.value === name);
  return found && valueFromASTUntyped(found.value);
}

/** A progressive override that nobody is drawn for. */
function isOff(override: ConstDirectiveNode | undefined): boolean {
  return argument(override, 'label') === 'percent(0)';
}

function fieldSet(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text} }`).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('not a field set');
  return definition.selectionSet;
}

interface DraftFacts {
  readonly keys: SelectionSetNode[];
  readonly contexts: string[];
  isInterfaceObject: boolean;
  readonly fields: Map<string, FieldDefinitionNode>;
}

function factsOf(document: DocumentNode): Map<string, TypeFacts> {
  const facts = new Map<string, DraftFacts>();
  for (const one of document.definitions) {
    const isType =
      one.kind === Kind.OBJECT_TYPE_DEFINITION ||
      one.kind === Kind.OBJECT_TYPE_EXTENSION ||
      one.kind === Kind.INTERFACE_TYPE_DEFINITION ||
      one.kind === Kind.INTERFACE_TYPE_EXTENSION;
    if (!isType) continue;
    const name = one.name.value;
    const known: DraftFacts = facts.get(name) ?? {
      keys: [],
      contexts: [],
      isInterfaceObject: false,
      fields: new Map(),
    };
    facts.set(name, known);
    for (const key of one.directives ?? []) {
      if (key.name.value === 'key' && argument(key, 'resolvable') !== false)
        known.keys.push(fieldSet(String(argument(key, 'fields'))));
      if (key.name.value === 'context') known.contexts.push(String(argument(key, 'name')));
      if (key.name.value === 'interfaceObject') known.isInterfaceObject = true;
    }
    for (const field of one.fields ?? []) known.fields.set(field.name.value, field);
  }
  return facts;
}
