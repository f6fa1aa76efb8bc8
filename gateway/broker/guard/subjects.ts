import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Judge } from './decide.ts';

/** An operation that brings along whom its records are about, also where the consumer does not ask. */
export interface WithSubjects {
  readonly document: DocumentNode;
  /** By object type, the response key under which its subject comes. It never reaches the consumer. */
  readonly hidden: ReadonlyMap<string, string>;
}

/**
 * Adds to every selection on a type that has a `@subject` the field that says whom the record is about: the ledger must know
 * it whatever was selected, or a person could not be told who has seen their data. Keys are transport: nothing of this is
 * shown. What is withheld from everybody, or stays in the other network, is not asked for this either.
 */
export function addSubjects(judge: Judge, document: DocumentNode): WithSubjects {
  const subjects = subjectFields(judge);
  if (subjects.size === 0) return { document, hidden: new Map() };
  const prefix = freePrefix(document);
  const keys = new Map([...subjects.keys()].map((type, index) => [type, `${prefix}${index}`]));
  const hidden = new Map<string, string>();
  const fieldOn = (type: string): FieldNode | null => {
    const field = subjects.get(type);
    const key = keys.get(type);
    if (field === undefined || key === undefined) return null;
    hidden.set(type, key);
    return { kind: Kind.FIELD, alias: name(key), name: name(field) };
  };
  const selectionsFor = (type: GraphQLNamedType, present: readonly SelectionNode[]): SelectionNode[] => {
    if (isObjectType(type)) {
      const isThere = present.some(
        (one) =>
          one.kind === Kind.FIELD && one.name.value === subjects.get(type.name) && !one.directives?.length,
      );
      const field = isThere ? null : fieldOn(type.name);
      return field ? [field] : [];
    }
    if (!isAbstractType(type)) return [];
    return judge.schema.getPossibleTypes(type).flatMap((one): InlineFragmentNode[] => {
      const field = fieldOn(one.name);
      if (!field) return [];
      const typeCondition = { kind: Kind.NAMED_TYPE, name: name(one.name) } as const;
      const selectionSet = { kind: Kind.SELECTION_SET, selections: [field] } as const;
      return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet }];
    });
  };
  const types = new TypeInfo(judge.schema);
  const extended = visit(
    document,
    visitWithTypeInfo(types, {
      Field: {
        leave(node) {
          const type = types.getType();
          const { selectionSet } = node;
          if (!type || !selectionSet) return undefined;
          const added = selectionsFor(getNamedType(type), selectionSet.selections);
          if (added.length === 0) return undefined;
          return {
            ...node,
            selectionSet: { ...selectionSet, selections: [...selectionSet.selections, ...added] },
          };
        },
      },
    }),
  );
  return { document: extended, hidden };
}

/** The subject's field of each object type, where this consumer's gateway may ask for it. */
function subjectFields({ index, entitlement, schema }: Judge): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const rule of index.coordinates()) {
    if (rule.subject === undefined) continue;
    const decision = entitlement.decide(rule);
    if (decision.effect === 'DENY' && (decision.code === 'WITHHELD' || decision.code === 'ZONE_MISMATCH'))
      continue;
    const [owner = '', field = ''] = rule.coordinate.split('.');
    for (const type of objectsOf(schema, owner)) if (!fields.has(type)) fields.set(type, field);
  }
  return fields;
}

function objectsOf(schema: GraphQLSchema, owner: string): string[] {
  const type = schema.getType(owner);
  if (!type) return [];
  return isAbstractType(type) ? schema.getPossibleTypes(type).map((one) => one.name) : [owner];
}

/** A beginning that no response key of the operation has. */
function freePrefix(document: DocumentNode): string {
  const keys = new Set<string>();
  visit(document, {
    Field(node) {
      keys.add(node.alias?.value ?? node.name.value);
    },
  });
  let prefix = '_s';
  while ([...keys].some((key) => key.startsWith(prefix))) prefix = `_${prefix}`;
  return prefix;
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
