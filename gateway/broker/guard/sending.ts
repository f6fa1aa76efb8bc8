import type { FieldNode } from 'graphql';
import type { Asked, Carried, KnownTypes } from '../plan/carried.ts';
import { narrower } from '../plan/carried.ts';
import type { Denial } from '../shape/decisions.ts';
import type { IsComputedFrom, Places } from './blame.ts';
import type { Judge, Judged } from './judge.ts';
import { decideReception, denialOfSending, type Refused } from './received.ts';

/** What comes of a plan: the consumer's fields that it may not be asked for, and all that was decided. */
export interface Sending {
  readonly denied: ReadonlyMap<FieldNode, Denial>;
  /** With nothing denied: what is sent, and by which rights. */
  readonly decisions: readonly Judged[];
}

/**
 * Judges everything that the fetches of a plan hand to providers: each item of another department in a key, a requirement or a
 * context is that provider's own consumption. INVARIANT: a plan of which nothing is denied sends nobody what they may not have.
 */
export function judgeSending(
  judge: Judge,
  carried: readonly Carried[],
  places: Places,
  known: KnownTypes,
): Sending {
  const denied = new Map<FieldNode, Denial>();
  const decisions: Judged[] = [];
  /** What a subgraph is sent to compute a field, as it has declared it. */
  const declared = (subgraph: string, { type, field }: Asked): readonly string[] =>
    [type, ...narrower(known.types, type)].flatMap((one) => {
      const { sources = [] } = judge.index.rule(`${one}.${field}`);
      return sources.find((source) => source.subgraph === subgraph)?.requires ?? [];
    });
  const isComputedFrom: IsComputedFrom = ({ subgraph }, field, from) => {
    const needed = declared(subgraph, field);
    return from.some((one) => needed.includes(`${one.type}.${one.field}`));
  };
  const deny = (one: Carried, asked: readonly Asked[], refused: Refused): void => {
    for (const { node, parent } of places.neededBy(one, asked, isComputedFrom))
      if (!denied.has(node))
        denied.set(node, denialOfSending(judge, refused, `${parent}.${node.name.value}`));
  };
  for (const one of carried) {
    const recipient = judge.recipient(one.subgraph);
    const judged = (item: string, isSent: boolean): Refused | null => {
      const reception = decideReception(judge, recipient, item, isSent);
      decisions.push(...reception.decisions);
      return reception.refused;
    };
    for (const item of one.items) {
      const refused = judged(item, true);
      if (!refused) continue;
      // What only some fields are computed from costs only those; a key costs all that is asked by it.
      const computed = one.asked.filter((field) => declared(one.subgraph, field).includes(item));
      const top = one.asked.filter(({ keys }) => keys.length === 1);
      deny(one, computed.length > 0 ? computed : top, refused);
    }
    for (const field of one.asked)
      for (const item of declared(one.subgraph, field)) {
        const refused = judged(item, one.takesContext);
        if (refused) deny(one, [field], refused);
      }
  }
  return { denied, decisions };
}
