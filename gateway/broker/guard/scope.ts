import {
  type GraphQLLeafType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNullableType,
  isLeafType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { checkScope, subjectField } from '../../policy/index.ts';
import type { SharingIndex } from '../../registry/index.ts';
import {
  type Coordinate,
  type GrantId,
  isRowCondition,
  type MaskRule,
  type RowCondition,
  type ScopeCondition,
  type ScopedGrant,
} from '../../words.ts';
import type { Denial } from '../shape/decisions.ts';

/** What is published. */
interface Published {
  readonly schema: GraphQLSchema;
  readonly index: Pick<SharingIndex, 'rule'>;
}

/** By which grants a record's value passes; where none holds, `denial` says so. */
export interface RowScope {
  readonly alternatives: readonly RowAlternative[];
  readonly denial: Denial;
}

export interface RowAlternative {
  readonly grant: GrantId;
  readonly conditions: readonly FieldCondition[];
  readonly mask: MaskRule | null;
}

/** A condition on a field of the record: what it must hold, or that it names a subject of the matter. */
export type FieldCondition =
  | { readonly field: string; readonly type: GraphQLLeafType; readonly row: RowCondition }
  | { readonly field: string; readonly row: null };

/**
 * The alternatives that can be held against what is published; null when there are none. `shown` is the type of what is
 * given; null where it is only computed with, which needs it in clear.
 */
export function scopeOf(
  published: Published,
  coordinate: Coordinate,
  alternatives: readonly ScopedGrant[],
  shown: GraphQLNamedType | null,
  denial: Denial,
): RowScope | null {
  const usable = alternatives.flatMap(({ grant, scope, mask }): RowAlternative[] => {
    if (mask !== null && !(shown && isMaskable(shown))) return [];
    // A schema that has changed since the grant was signed may no longer bear its scope: then it does not hold.
    if (
      checkScope(published.schema, published.index, { coordinates: [coordinate], scope, masks: NONE })
        .length > 0
    )
      return [];
    const conditions = scope.map((one) => fieldCondition(published, coordinate, one));
    return conditions.every((one) => one !== null) ? [{ grant, conditions, mask }] : [];
  });
  return usable.length > 0 ? { alternatives: usable, denial } : null;
}

const NONE: ReadonlyMap<string, MaskRule> = new Map();
const NO_TEXT = new Set(['Int', 'Float', 'Boolean']);

function isMaskable(type: GraphQLNamedType): boolean {
  return isScalarType(type) && !NO_TEXT.has(type.name);
}

function fieldCondition(
  published: Published,
  coordinate: Coordinate,
  condition: ScopeCondition,
): FieldCondition | null {
  const owner = coordinate.slice(0, coordinate.indexOf('.'));
  if (!isRowCondition(condition)) {
    const field = subjectField(published.schema, published.index, coordinate);
    return field === null ? null : { field, row: null };
  }
  const type = published.schema.getType(owner);
  const field = condition.coordinate.slice(condition.coordinate.indexOf('.') + 1);
  const leaf = isObjectType(type) ? getNullableType(type.getFields()[field]?.type) : undefined;
  return leaf && isLeafType(leaf) ? { field, type: leaf, row: condition } : null;
}
