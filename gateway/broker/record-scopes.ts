import type { FieldNode } from 'graphql';
import { holds } from '../policy/index.ts';
import type { MaskRule } from '../words.ts';
import type { RowScope } from './guard/index.ts';
import { ownKey } from './own-key.ts';
import type { RecordScope } from './shape/scoped.ts';

type Mask = (value: unknown) => unknown;
type Scopes<S> = ReadonlyMap<FieldNode, ReadonlyMap<string, readonly S[]>>;

/** Scopes as the shaper holds them against records: conditions as functions, masks as one consumer's. */
export function recordScopes(
  scopes: Scopes<RowScope>,
  maskFor: (rule: MaskRule) => Mask,
): Scopes<RecordScope> {
  // One function for each rule, so that equal masks can be told.
  const masks = new Map<MaskRule, Mask>();
  const maskOf = (rule: MaskRule | null): Mask | null => {
    if (rule === null) return null;
    const mask = masks.get(rule) ?? maskFor(rule);
    masks.set(rule, mask);
    return mask;
  };
  const toRecordScope = ({ alternatives, denial }: RowScope): RecordScope => ({
    denial,
    alternatives: alternatives.map(({ conditions, mask }) => ({
      mask: maskOf(mask),
      holds: (record, parties) =>
        conditions.every((one) => {
          const value = record[ownKey(one.field)];
          return one.row ? holds(one.row, one.type, value) : parties(value);
        }),
    })),
  });
  return new Map(
    [...scopes].map(([node, byType]) => [
      node,
      new Map([...byType].map(([type, all]) => [type, all.map(toRecordScope)])),
    ]),
  );
}

/** Is any condition one on the subjects of the matter? */
export function asksParties(scopes: Scopes<RowScope>): boolean {
  const all = [...scopes.values()].flatMap((byType) => [...byType.values()].flat());
  return all.some(({ alternatives }) =>
    alternatives.some(({ conditions }) => conditions.some((one) => one.row === null)),
  );
}
