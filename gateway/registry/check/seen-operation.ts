/** An operation that consumers have asked lately. */
export interface SeenOperation {
  readonly text: string;
  readonly name: string | null;
  /** Those that have asked it. */
  readonly departments: readonly { readonly code: string; readonly name: string }[];
}
