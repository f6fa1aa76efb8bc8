import { readCity } from './city.ts';
import { growGraph } from './grown.ts';

/** Which supergraph is served: the demonstration city's, or one made to a size. Programs pass it to each other as text. */
export type GraphName = 'city' | `grown-${number}-${number}`;

/** Subgraphs and the data behind them. All are deterministic: every program makes the same. */
export interface Graph {
  readonly members: readonly Member[];
  /** The fields of `Query`, over all members. An object's relations are functions, called when they are asked for. */
  readonly query: Readonly<Record<string, (parameters: Record<string, unknown>) => unknown>>;
  /** The entity of a type for a representation. */
  readonly entities: ReadonlyMap<string, (representation: Record<string, unknown>) => unknown>;
}

export interface Member {
  readonly name: string;
  /** With the sharing rules, as Liancha reads it. */
  readonly sdl: string;
  /** Credit code of the department that answers for it. */
  readonly department: string;
}

export function grownName(subgraphs: number, fields: number): GraphName {
  return `grown-${subgraphs}-${fields}`;
}

/** The graph of that name; throws on a name that is none. */
export function openGraph(name: string): Graph {
  if (name === 'city') return readCity();
  const [, subgraphs, fields] = /^grown-(\d+)-(\d+)$/.exec(name) ?? [];
  if (subgraphs === undefined || fields === undefined) throw new Error(`no graph is called ${name}`);
  return growGraph(Number(subgraphs), Number(fields));
}
