import type { DepartmentCode } from '../../../words.ts';
import type { Prepared } from '../../prepare.ts';
import type { Sources } from '../../sources.ts';
import { compareOwned, type OwnerChanges } from './compare.ts';
import { type Effect, effectsOn } from './effect.ts';
import { type Holding, holdingOf, type OwnerRow } from './owners.ts';
import { readStatements } from './read-supergraph.ts';

/** What a publication changes of one other department's, and what consumers would notice. */
export interface OwnedChanges extends OwnerChanges {
  readonly effect: Effect;
}

/** What a publication does to what is owned: it goes live only with the consent of every owner whose coordinates it changes. */
export interface Ownership {
  /** Whose publication it is, and of which subgraph. */
  readonly actor: DepartmentCode | null;
  readonly subgraph: string | null;
  readonly changes: readonly OwnedChanges[];
  /** Whom it makes an owner of what. */
  readonly owners: readonly OwnerRow[];
}

/** Of what was live before as a whole, and of the beginning: nobody's publication changes what is another's. */
export const UNCHANGED: Ownership = { actor: null, subgraph: null, changes: [], owners: [] };

export interface OwnershipTask {
  readonly before: Prepared | null;
  readonly after: Prepared;
  readonly actor: DepartmentCode;
  readonly subgraph: string;
  readonly record: readonly OwnerRow[];
  readonly operations: Parameters<typeof effectsOn>[1];
}

export type ExamineOwnership = (task: OwnershipTask) => Ownership;

/** Reads each state once: what would be live is soon what is. */
export function createOwnership(sources: Sources): ExamineOwnership {
  // What was prepared is handed on as other objects with the same rules.
  const known = new WeakMap<Prepared['rules'], Holding>();
  const read = (prepared: Prepared): Holding => {
    const before = known.get(prepared.rules);
    if (before) return before;
    const holding = holdingOf(prepared, readStatements(prepared.supergraphSdl), sources);
    known.set(prepared.rules, holding);
    return holding;
  };
  return ({ before, after, actor, subgraph, record, operations }) => {
    const { changes, owners } = compareOwned({
      before: before && read(before),
      after: read(after),
      actor,
      subgraph,
      record,
    });
    if (changes.length === 0 || !before) return { actor, subgraph, changes: [], owners };
    const effectOf = effectsOn(before.consumerSdl, operations);
    return {
      actor,
      subgraph,
      owners,
      changes: changes.map((one) => ({
        ...one,
        effect: effectOf(new Set(one.changes.map(({ coordinate }) => coordinate))),
      })),
    };
  };
}
