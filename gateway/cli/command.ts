import { resolve } from 'node:path';

/** One verb of the `liancha` command: how it is used, and what it does. Returns the exit code. */
export interface Command {
  readonly summary: string;
  readonly usage: string;
  run(parameters: readonly string[]): number | Promise<number>;
}

/** The command was used wrongly: exit code 2, with its usage. */
export class UsageError extends Error {}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Reads options; a mistake becomes a `UsageError`. */
export function parseOptions<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A path as seen from where the command was typed. */
export function fromHere(path: string): string {
  return resolve(process.env.INIT_CWD ?? '.', path);
}
