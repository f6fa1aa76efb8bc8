import { type ParseArgsConfig, parseArgs } from 'node:util';
import { z } from 'zod';
import { askExchange, gatewayUrl, login } from './client.ts';
import { parseOptions, UsageError } from './command.ts';

/** Options of every command that moves something in the exchange. */
export const MOVING = {
  /** In the demonstration: as which department. */
  as: { type: 'string' },
  /** The version that was read; by default the present one is read first. */
  version: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const satisfies NonNullable<ParseArgsConfig['options']>;

/** One positional parameter, such as an id, and the options of a command. */
export function readOne<const T extends NonNullable<ParseArgsConfig['options']>>(
  parameters: readonly string[],
  what: string,
  options: T,
) {
  const { values, positionals } = parseOptions(() =>
    parseArgs({ args: [...parameters], allowPositionals: true, options }),
  );
  const [id] = positionals;
  if (id === undefined || positionals.length > 1) throw new UsageError(`请给出一个${what} name one ${what}`);
  return { id, values };
}

/** Asks the exchange, as the department that `--as` names in the demonstration. */
export async function askAs<T>(
  department: string | undefined,
  query: string,
  variables: Record<string, unknown>,
  schema: z.ZodType<T>,
): Promise<T> {
  const gateway = gatewayUrl(process.env);
  const token = await login(process.env, gateway, department === undefined ? {} : { department });
  return askExchange(gateway, token, query, variables, schema);
}

const Version = z.record(z.string(), z.object({ version: z.number() }));

/** The version with which a move is made: the one that was given, or the present one of `field(id:)`. */
export async function versionOf(
  given: string | undefined,
  department: string | undefined,
  field: string,
  id: string,
): Promise<number> {
  if (given !== undefined) return Number(given);
  const found = await askAs(
    department,
    `query ($id: ID!) { ${field}(id: $id) { version } }`,
    { id },
    Version,
  );
  return found[field]?.version ?? 0;
}
