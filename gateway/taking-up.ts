import { type PreparedForServing, revivePublication, type Subgraph } from './registry/index.ts';
import { createServing, type Serving, type ServingParts } from './serving.ts';

/** What was prepared of a publication. */
export type PreparedPublication = Extract<PreparedForServing, { ok: true }>['prepared'];

/**
 * Takes a publication up: everything that answers for it, ready. The one way in which it is done, by instances and, before anything is
 * published, by the process that checks. Rejects where it cannot be done. `locate` says where a subgraph runs, and throws where nobody knows.
 */
export async function takeUp(
  prepared: PreparedPublication,
  locate: (subgraph: Subgraph) => string,
  parts: ServingParts,
): Promise<Serving> {
  const subgraphs = prepared.subgraphs.map((one) => ({ ...one, url: locate(one) }));
  return createServing(revivePublication({ ...prepared, subgraphs }), parts);
}
