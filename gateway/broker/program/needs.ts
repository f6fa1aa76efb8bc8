import type { SelectionSetNode } from 'graphql';
import { parseFieldSet } from '../../field-set.ts';
import type { Requirement } from '../plan/requirements.ts';

/** What subgraphs have to be told of entities. Field sets are read when they are first asked for. */
export interface Needs {
  /** The keys by which a subgraph resolves a type. */
  keysOf(subgraph: string, type: string): readonly SelectionSetNode[];
  /** What a field requires beside a key; undefined for most. */
  requiredFor(subgraph: string, type: string, field: string): SelectionSetNode | undefined;
}

export function needsOf(requirements: readonly Requirement[]): Needs {
  const texts = new Map<string, string[]>();
  const place = (subgraph: string, type: string, field: string | null): string =>
    JSON.stringify([subgraph, type, field]);
  for (const { kind, subgraph, type, field, fieldSet } of requirements) {
    if (kind === 'provides') continue;
    const key = place(subgraph, type, field);
    const known = texts.get(key);
    if (known) known.push(fieldSet);
    else texts.set(key, [fieldSet]);
  }
  const sets = new Map<string, readonly SelectionSetNode[]>();
  const setsAt = (key: string): readonly SelectionSetNode[] => {
    let known = sets.get(key);
    if (!known) {
      known = (texts.get(key) ?? []).map(parseFieldSet);
      sets.set(key, known);
    }
    return known;
  };
  return {
    keysOf: (subgraph, type) => setsAt(place(subgraph, type, null)),
    requiredFor: (subgraph, type, field) => setsAt(place(subgraph, type, field))[0],
  };
}
