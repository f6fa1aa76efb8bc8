import type { GraphName, Member } from '../graphs/index.ts';

/** A gateway that is measured. */
export interface Peer {
  readonly name: string;
  /** A pass-through has no plan: it only takes what one subgraph answers alone. */
  readonly plans: boolean;
  /** Why it cannot run here; null when it can. */
  absence(): string | null;
  start(setting: Setting): Promise<Running>;
}

/** What a gateway is started with. */
export interface Setting {
  readonly graph: GraphName;
  readonly members: readonly (Member & { readonly url: string })[];
  /** File of the supergraph without sharing rules. */
  readonly supergraph: string;
  /** A folder of this start alone. */
  readonly folder: string;
  /** Public keys of the issuer of the tokens, a file. */
  readonly issuer: { readonly issuer: string; readonly jwks: string };
  /** A database of one start's own on a server; null where there is no server. */
  createDatabase(): Promise<string | null>;
}

export interface Running {
  readonly pid: number;
  readonly port: number;
  readonly path: string;
  /** An operation as this gateway wants it asked. */
  phrase(operation: string): string;
  /** The last that it has written. */
  said(): string;
  stop(): Promise<void>;
}
