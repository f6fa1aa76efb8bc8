import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
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
import { subjectFields } from '../../policy/index.ts';
import type { Judge } from './decide.ts';

/** By object type, the fields that say whom a record of it is about. */
export type Subjects = ReadonlyMap<string, readonly string[]>;

/** An operation that brings along whom its records are about, also where the consumer does not ask. */
export interface WithSubjects {
  readonly document: DocumentNode;
  readonly subjects: Subjects;
}

/**
 * Adds to every selection on a type that has a `@subject` the field that says whom the record is about: the ledger must know
 * it whatever was selected, or a person could not be told who has seen their data. Under its own name, as the planner asks
 * for keys: so it is the very value by which other providers are asked about the record. Nothing of this is shown. What is
 * withheld from everybody, or stays in the other network, is not asked for this either.
 */
export function addSubjects(judge: Judge, document: DocumentNode): WithSubjects {
  const subjects = new Map<string, readonly string[]>();
  const fieldsOn = (type: string): readonly FieldNode[] => {
    const fields = subjects.get(type) ?? askableSubjects(judge, type);
    if (fields.length > 0) subjects.set(type, fields);
    return fields.map((field) => ({ kind: Kind.FIELD, name: name(field) }));
  };
  const selectionsFor = (type: GraphQLNamedType): readonly SelectionNode[] => {
    if (isObjectType(type)) return fieldsOn(type.name);
    if (!isAbstractType(type)) return [];
    return judge.schema.getPossibleTypes(type).flatMap((one): InlineFragmentNode[] => {
      const selections = fieldsOn(one.name);
      if (selections.length === 0) return [];
      const typeCondition = { kind: Kind.NAMED_TYPE, name: name(one.name) } as const;
      const selectionSet = { kind: Kind.SELECTION_SET, selections } as const;
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
          // Always, whatever is selected: what a consumer selects may be skipped, masked or only compared.
          const added = selectionsFor(getNamedType(type));
          if (added.length === 0) return undefined;
          const selections = [...selectionSet.selections, ...added];
          return { ...node, selectionSet: { ...selectionSet, selections } };
        },
      },
    }),
  );
  return { document: extended, subjects };
}

/** The subject's fields of an object type, where this consumer's gateway may ask for them. */
function askableSubjects({ index, entitlement, schema }: Judge, type: string): readonly string[] {
  return subjectFields(schema, index, type).filter((field) => {
    const decision = entitlement.decide(index.rule(`${type}.${field}`));
    return !(
      decision.effect === 'DENY' &&
      (decision.code === 'WITHHELD' || decision.code === 'ZONE_MISMATCH')
    );
  });
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
