import type { Command } from '../command.ts';
import { checkCommand } from './check.ts';
import { diffCommand } from './diff.ts';
import { listCommand } from './list.ts';
import { promoteCommand, retireCommand, rollbackCommand } from './move.ts';
import { publishCommand } from './publish.ts';

/** `liancha subgraph <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  check: checkCommand,
  diff: diffCommand,
  list: listCommand,
  promote: promoteCommand,
  publish: publishCommand,
  retire: retireCommand,
  rollback: rollbackCommand,
};
