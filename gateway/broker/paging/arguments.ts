import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInputObjectType,
  isListType,
  Kind,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Failure } from '../../errors.ts';
import { operationOf } from '../operation/index.ts';
import type { CursorSeal } from './seal.ts';
import { isCursorInput, type Paging } from './shapes.ts';

type Variables = Readonly<Record<string, unknown>>;

/** An operation with the providers' own cursors where its consumer has sealed ones. */
export interface Opened {
  readonly document: DocumentNode;
  /** The variables of `document`, of a request's; a failure where a cursor is not one that this consumer was given there. */
  open(
    variables: Variables,
  ): { readonly ok: true; readonly variables: Variables } | { readonly ok: false; readonly failure: Failure };
}

/** Names of variables that hold opened cursors. No consumer's may begin so: it would be told what is in them. */
const PREFIX = 'liancha_cursor_';

/** An argument or input field, and what may be given beside it. */
interface Place {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly siblings: readonly string[];
}

class Foreign extends Error {}

interface Use {
  readonly name: string;
  readonly from: string;
  open(value: unknown): unknown;
}

/**
 * Puts the providers' cursors in the place of sealed ones, in literals at once and in variables with each request. A
 * variable is opened under another name and for its place only: whatever else it is used for keeps the sealed text.
 */
export function openCursors(
  schema: GraphQLSchema,
  paging: Paging,
  document: DocumentNode,
  seal: CursorSeal,
): Opened {
  const uses: Use[] = [];
  const definitions: VariableDefinitionNode[] = [];
  let failure: Failure | null = null;
  const declared = new Map(
    (operationOf(document).variableDefinitions ?? []).map((one) => [one.variable.name.value, one]),
  );

  const openText = (value: unknown, coordinates: readonly string[]): string => {
    for (const coordinate of typeof value === 'string' ? coordinates : []) {
      const opened = seal.open(String(value), coordinate);
      if (opened !== null) return opened;
    }
    throw new Foreign();
  };

  const openValue = (place: Place, value: unknown, coordinates: readonly string[]): unknown => {
    const { type } = place;
    const named = getNullableType(type);
    if (value === null || value === undefined) return value;
    if (isCursor(place)) return openText(value, coordinates);
    if (isListType(named)) {
      const items = Array.isArray(value) ? value : [value];
      return items.map((one) => openValue({ ...place, type: named.ofType }, one, coordinates));
    }
    if (!isInputObjectType(named) || typeof value !== 'object') return value;
    const fields = named.getFields();
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const field = fields[key];
        return [
          key,
          field ? openValue({ ...field, siblings: Object.keys(fields) }, inner, coordinates) : inner,
        ];
      }),
    );
  };

  const openLiteral = (place: Place, value: ValueNode, coordinates: readonly string[]): ValueNode => {
    const { type } = place;
    const named = getNullableType(type);
    if (value.kind === Kind.NULL || !holdsCursor(place)) return value;
    if (value.kind === Kind.VARIABLE) {
      const from = value.name.value;
      const definition = declared.get(from);
      if (!definition) return value;
      const made = `${PREFIX}${uses.length}`;
      uses.push({ name: made, from, open: (given) => openValue(place, given, coordinates) });
      const variable = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: made } } as const;
      definitions.push({ kind: Kind.VARIABLE_DEFINITION, variable, type: definition.type });
      return variable;
    }
    if (isCursor(place)) {
      const text = value.kind === Kind.STRING ? value.value : null;
      return { kind: Kind.STRING, value: openText(text, coordinates) };
    }
    if (value.kind === Kind.LIST) {
      const item = isListType(named) ? named.ofType : type;
      return {
        ...value,
        values: value.values.map((one) => openLiteral({ ...place, type: item }, one, coordinates)),
      };
    }
    const inner = isListType(named) ? getNullableType(named.ofType) : named;
    if (value.kind !== Kind.OBJECT || !isInputObjectType(inner)) return value;
    const fields = inner.getFields();
    return {
      ...value,
      fields: value.fields.map((one) => {
        const field = fields[one.name.value];
        const inside = field && { ...field, siblings: Object.keys(fields) };
        return inside ? { ...one, value: openLiteral(inside, one.value, coordinates) } : one;
      }),
    };
  };

  const types = new TypeInfo(schema);
  const opened = visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const field = types.getFieldDef();
        const parent = types.getParentType();
        const page = field && paging.pages.get(getNamedType(field.type).name);
        if (!field || !parent || !page?.hasCursors || !node.arguments?.length) return undefined;
        const siblings = field.args.map((one) => one.name);
        const coordinates = ownersOf(schema, parent).map((owner) => `${owner}.${field.name}`);
        try {
          return {
            ...node,
            arguments: node.arguments.map((one) => {
              const definition = field.args.find((other) => other.name === one.name.value);
              return definition
                ? { ...one, value: openLiteral({ ...definition, siblings }, one.value, coordinates) }
                : one;
            }),
          };
        } catch (error) {
          failure = failureOf(error);
          return undefined;
        }
      },
    }),
  );
  const withDefinitions: DocumentNode = {
    ...opened,
    definitions: opened.definitions.map((one) =>
      one.kind === Kind.OPERATION_DEFINITION
        ? { ...one, variableDefinitions: [...(one.variableDefinitions ?? []), ...definitions] }
        : one,
    ),
  };
  return {
    document: uses.length > 0 ? withDefinitions : opened,
    open(variables) {
      if (failure) return { ok: false, failure };
      if (uses.length === 0) return { ok: true, variables };
      try {
        const more = uses.map(({ name, from, open }) => [name, open(variables[from])] as const);
        const present = more.filter(([, value]) => value !== undefined);
        return { ok: true, variables: { ...variables, ...Object.fromEntries(present) } };
      } catch (error) {
        return { ok: false, failure: failureOf(error) };
      }
    },
  };
}

/** May a value of an input's type hold a cursor? */
function holdsCursor(place: Place, visited = new Set<GraphQLInputType>()): boolean {
  if (isCursor(place)) return true;
  const named = getNullableType(place.type);
  if (isListType(named)) return holdsCursor({ ...place, type: named.ofType }, visited);
  if (!isInputObjectType(named) || visited.has(named)) return false;
  visited.add(named);
  const fields = Object.values(named.getFields());
  const siblings = fields.map((one) => one.name);
  return fields.some((one) => holdsCursor({ ...one, siblings }, visited));
}

const isCursor = ({ name, type, siblings }: Place): boolean => isCursorInput(name, type, siblings);

/** The type itself and, of an abstract one, every type that it may be. */
function ownersOf(schema: GraphQLSchema, parent: GraphQLNamedType): string[] {
  const possible = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [];
  return [parent.name, ...possible.map((one) => one.name)];
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Foreign)) throw error;
  return {
    code: 'BAD_USER_INPUT',
    details: {
      detail: '游标不是本平台在该处给予贵部门的 the cursor is not one that your department was given here',
    },
  };
}
