import { type DocumentNode, Kind, parse, print, type SelectionNode, type SelectionSetNode } from 'graphql';
import { z } from 'zod';
import type { FetchCall } from '../fetch.ts';

const Request = z.object({ query: z.string() });

/**
 * Is what was pushed for one call an answer to another? Only if everything that the other asks for was asked for under the
 * same name: what is missing would be taken for null. Both calls are of one request, so variables mean the same.
 */
export function answersTo(pushedFor: FetchCall, call: FetchCall): boolean {
  if (pushedFor === call) return true;
  if (pushedFor.subgraph !== call.subgraph) return false;
  if (String(pushedFor.body) === String(call.body)) return true;
  const [had, wanted] = [selectionOf(pushedFor), selectionOf(call)];
  return had !== null && wanted !== null && isPartOf(wanted, had);
}

function selectionOf({ body }: FetchCall): SelectionSetNode | null {
  const { query } = Request.parse(JSON.parse(String(body)));
  const document: DocumentNode = parse(query, { noLocation: true });
  const [operation, ...others] = document.definitions;
  // The planner writes no fragments; where there are some, nothing is said of them.
  return operation?.kind === Kind.OPERATION_DEFINITION && others.length === 0 ? operation.selectionSet : null;
}

function isPartOf(wanted: SelectionSetNode, had: SelectionSetNode): boolean {
  const all = had.selections.map((one) => ({ one, name: headOf(one) }));
  return wanted.selections.every((one) => {
    const name = headOf(one);
    const inner = innerOf(one);
    return all.some((other) => {
      if (other.name !== name) return false;
      const otherInner = innerOf(other.one);
      return inner === undefined || (otherInner !== undefined && isPartOf(inner, otherInner));
    });
  });
}

/** A selection without what is below it: key, field, arguments, type condition, directives. */
function headOf(node: SelectionNode): string {
  if (node.kind === Kind.FRAGMENT_SPREAD) return `...${node.name.value}`;
  return print({ ...node, selectionSet: { kind: Kind.SELECTION_SET, selections: [] } });
}

function innerOf(node: SelectionNode): SelectionSetNode | undefined {
  return node.kind === Kind.FRAGMENT_SPREAD ? undefined : node.selectionSet;
}
