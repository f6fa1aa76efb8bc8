import type { FieldNode } from 'graphql';
import { holds } from '../policy/index.ts';
import type { RowScope } from './guard/index.ts';
import type { RecordScope } from './shape/scoped.ts';

type Scopes<S> = ReadonlyMap<FieldNode, ReadonlyMap<string, readonly S[]>>;

/** Scopes as the shaper holds them against records: conditions as functions. */
export function recordScopes(scopes: Scopes<RowScope>): Scopes<RecordScope> {
  const toRecordScope = ({ alternatives, denial }: RowScope): RecordScope => ({
    denial,
    alternatives: alternatives.map(({ conditions, mask }) => ({
      mask,
      holds: (record, parties) =>
        conditions.every((one) => {
          const value = record[one.field];
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
