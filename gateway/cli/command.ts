import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { showable } from './terminal.ts';

/** One verb of the `liancha` command: how it is used, and what it does. Returns the exit code. */
export interface Command {
  readonly summary: string;
  readonly usage: string;
  run(parameters: readonly string[]): number | Promise<number>;
}

/** The command was used wrongly: exit code 2, with its usage. */
export class UsageError extends Error {}

/** Shows a text that may hold what others wrote. */
export function print(text: string): void {
  process.stdout.write(`${showable(text)}\n`);
}

/** Reads options; a mistake becomes a `UsageError`. */
export function parseOptions<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The values of a command's options, which are all that it takes. */
export function readOptions<const T extends NonNullable<ParseArgsConfig['options']>>(
  parameters: readonly string[],
  options: T,
) {
  return parseOptions(() => parseArgs({ args: [...parameters], options }).values);
}

/** Ends a program of its own that was used wrongly. */
export function fail(message: string): never {
  process.stderr.write(`${showable(message)}\n`);
  process.exit(2);
}

/** A path as seen from where the command was typed. */
export function fromHere(path: string): string {
  return resolve(process.env.INIT_CWD ?? '.', path);
}
