import type { DocumentNode, FieldNode } from 'graphql';
import {
  addSubjects,
  type Behind,
  type Guarding,
  guardOperation,
  type Judge,
  type Judged,
  judgeSending,
  Places,
  pruneOperation,
  type Subjects,
  type VariableGuarding,
} from './guard/index.ts';
import type { Asking, Planned } from './plan/planned.ts';
import type { Denial } from './shape/decisions.ts';

/** An operation of which everything is decided: what the consumer may have, and what its providers may be sent for it. */
export interface Settled {
  readonly guarding: Guarding;
  readonly guardedDocument: DocumentNode;
  /** By object type, the fields that say whom a record is about. */
  readonly subjects: Subjects;
  /** By type of a page or of its rows, what leads to the records in it. */
  readonly behind: Behind;
  readonly planned: Planned;
  /** Of the consumer, and of each provider that would be sent something. */
  readonly decisions: readonly Judged[];
}

/** Each round denies something more, so there are never more than fields; real operations need two. */
const MOST_ROUNDS = 20;

/**
 * Guards and plans an operation until its plan sends no provider what that department may not have: the fields for whose
 * sake it would be sent are denied, and the rest is planned again. INVARIANT: what was settled has a plan of which every item in a key,
 * a requirement or a context was judged as its receiver's own consumption and allowed.
 */
export function settle(
  document: DocumentNode,
  judge: Judge,
  inputs: VariableGuarding,
  plan: (asking: Asking) => Planned | Promise<Planned>,
): Settled | Promise<Settled> {
  const notSent = new Map<FieldNode, Denial>();
  const refused: Judged[] = [];
  const round = (number: number): Settled | Promise<Settled> => {
    const guarding = guardOperation(judge, document, inputs.denied, notSent);
    const pruned = pruneOperation(document, guarding.denied, guarding.needs, guarding);
    const { document: guardedDocument, subjects, behind } = addSubjects(judge, pruned);
    const judgePlanned = (planned: Planned): Settled | Promise<Settled> => {
      const places = new Places(judge.schema, document, planned.keyOf, planned.types);
      const sending = judgeSending(judge, planned.carried, places, planned.types);
      if (sending.denied.size === 0) {
        const decisions = [...guarding.decisions, ...sending.decisions, ...refused];
        return { guarding, guardedDocument, subjects, behind, planned, decisions };
      }
      const before = notSent.size;
      for (const [node, denial] of sending.denied) notSent.set(node, denial);
      refused.push(...sending.decisions.filter(({ decision }) => decision.effect !== 'ALLOW'));
      if (notSent.size === before || number === MOST_ROUNDS) {
        // Nothing smaller helps: then nothing is asked at all.
        const [denial] = sending.denied.values();
        for (const { node } of places.below([])) if (denial) notSent.set(node, denial);
      }
      if (number > MOST_ROUNDS)
        throw new Error('a plan sends what may not be sent, whatever is left out of it');
      return round(number + 1);
    };
    const planned = plan({ document, guardedDocument });
    return planned instanceof Promise ? planned.then(judgePlanned) : judgePlanned(planned);
  };
  return round(1);
}
