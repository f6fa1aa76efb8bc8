/** One row, its columns by name. `int8` comes as a number, `timestamptz` as a `Date`, `date` as text, `jsonb` parsed, `bytea` as a `Uint8Array`. */
export type Row = Readonly<Record<string, unknown>>;

/** Asks in PostgreSQL's dialect. Parameters are `$1`, `$2`…; JSON is passed as text, lists as arrays. */
export interface Queryable {
  query(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
}

/** The SQL store: a PostgreSQL server, or PostgreSQL inside this process. The same to everyone who uses it. */
export interface Database extends Queryable {
  readonly kind: 'server' | 'embedded';
  /**
   * Short reads that do not wait behind others: on a connection of their own, or first in the queue of the embedded database. For what
   * everybody's answers hang on, such as the confirmation of grants.
   */
  readonly ahead: Queryable;
  /** Runs `work` in one transaction: all of it, or nothing when it rejects. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /** Runs statements without parameters, several at once, in a transaction. */
  run(script: string): Promise<void>;
  /**
   * Hears what any instance tells with `pg_notify(channel, payload)`, at its commit. `heard` is also called with an empty
   * payload whenever something may have been missed (a connection that was lost and found again): look again then.
   */
  listen(channel: string, heard: (payload: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** A database error that callers tell apart (SQLSTATE). */
export class DatabaseError extends Error {
  /** SQLSTATE, five characters; `08000` when the connection failed. */
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** SQLSTATE of a row that is there already. */
export const UNIQUE_VIOLATION = '23505';

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === UNIQUE_VIOLATION;
}

/** As the name of a channel or table is put into SQL text: only plain names are. */
export function plainName(name: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`${name} is not a plain SQL name`);
  return name;
}
