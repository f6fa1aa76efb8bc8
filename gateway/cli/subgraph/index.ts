import type { Command } from '../command.ts';
import { checkCommand } from './check.ts';
import { listCommand } from './list.ts';

/** `liancha subgraph <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  check: checkCommand,
  list: listCommand,
};
