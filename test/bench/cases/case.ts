import type { GraphName } from '../graphs/index.ts';

export const CONNECTIONS = 32;
export const FEW_CONNECTIONS = 8;

/** One thing that is measured: what is asked, of which graph. */
export interface Case {
  /** Short and stable, for scripts: `small`, `rows-1000`. */
  readonly id: string;
  readonly title: string;
  readonly graph: GraphName;
  /** `Infinity`: no operation comes twice, so every one is parsed, decided and planned. */
  readonly distinct: number;
  /** The n-th operation, without the purpose that Liancha needs. */
  operation(n: number): string;
  /** Does one subgraph answer it alone, so that a pass-through can take part? */
  readonly isOneFetch: boolean;
  /** Requests at once. Fewer where answers are big: one core is full of them all the same, and they need memory. */
  readonly connections: number;
  /** A case of growth belongs to a series: what grows, and to which size. */
  readonly growth?: { readonly series: string; readonly size: number };
  /** Are the variants of Liancha measured as well, to tell what ledger and policy cost? */
  readonly tellsCosts: boolean;
}
