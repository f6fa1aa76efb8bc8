import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { subjectFields } from '../../policy/index.ts';
import { pagingOf } from '../paging/shapes.ts';
import type { Judge } from './judge.ts';

/** By object type, the fields that say whom a record of it is about. */
export type Subjects = ReadonlyMap<string, readonly string[]>;

/** By type of a page or of its rows, the fields that lead to the records in it, whose subjects come whatever was selected. */
export type Behind = ReadonlyMap<string, readonly string[]>;

/** An operation that brings along whom its records are about, also where the consumer does not ask. */
export interface WithSubjects {
  readonly document: DocumentNode;
  readonly subjects: Subjects;
  readonly behind: Behind;
}

/**
 * Adds to every selection on a type that has a `@subject` the field that says whom the record is about: the ledger must know
 * it whatever was selected, or a person could not be told who has seen their data. Under its own name, as the planner asks
 * for keys: so it is the very value by which other providers are asked about the record. That somebody is among the rows of
 * a page is known from its cursors and counts too, so its records are asked for with it. Nothing of this is shown. What is
 * withheld from everybody, or stays in the other network, is not asked for this either.
 */
export function addSubjects(judge: Judge, document: DocumentNode): WithSubjects {
  const subjects = new Map<string, readonly string[]>();
  const fieldsOn = (type: string): readonly FieldNode[] => {
    const fields = subjects.get(type) ?? askableSubjects(judge, type);
    if (fields.length > 0) subjects.set(type, fields);
    return fields.map((field) => ({ kind: Kind.FIELD, name: name(field) }));
  };
  const behind = new Map<string, readonly string[]>();
  const paging = pagingOf(judge.schema);
  /** What is asked of a page, or of one of its rows, to know whom the records in it are about. */
  const recordsIn = (type: GraphQLObjectType | GraphQLInterfaceType): readonly SelectionNode[] => {
    const page = paging.pages.get(type.name);
    const node = paging.edges.get(type.name);
    const path = page
      ? [page.rows, ...(page.node === null ? [] : [page.node])]
      : node === undefined
        ? []
        : [node];
    let at: GraphQLNamedType = type;
    for (const field of path) {
      const known: GraphQLField<unknown, unknown> | undefined =
        isObjectType(at) || isInterfaceType(at) ? at.getFields()[field] : undefined;
      if (!known || !isAskable(judge, `${at.name}.${field}`)) return [];
      at = getNamedType(known.type);
    }
    const inner = path.length > 0 ? selectionsFor(at) : [];
    if (inner.length === 0) return [];
    behind.set(type.name, path);
    return path.reduceRight<readonly SelectionNode[]>(
      (selections, field) => [
        { kind: Kind.FIELD, name: name(field), selectionSet: { kind: Kind.SELECTION_SET, selections } },
      ],
      inner,
    );
  };
  const selectionsFor = (type: GraphQLNamedType): readonly SelectionNode[] => {
    if (isObjectType(type)) return [...fieldsOn(type.name), ...recordsIn(type)];
    if (isInterfaceType(type) && (paging.pages.has(type.name) || paging.edges.has(type.name)))
      return recordsIn(type);
    if (!isAbstractType(type)) return [];
    return judge.schema.getPossibleTypes(type).flatMap((one): InlineFragmentNode[] => {
      const selections = selectionsFor(one);
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
  return { document: extended, subjects, behind };
}

/** The subject's fields of an object type, where this consumer's gateway may ask for them. */
function askableSubjects(judge: Judge, type: string): readonly string[] {
  const fields = subjectFields(judge.schema, judge.index, type);
  return fields.filter((field) => isAskable(judge, `${type}.${field}`));
}

function isAskable({ index, entitlement }: Judge, coordinate: string): boolean {
  const decision = entitlement.decide(index.rule(coordinate));
  return !(decision.effect === 'DENY' && (decision.code === 'WITHHELD' || decision.code === 'ZONE_MISMATCH'));
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
