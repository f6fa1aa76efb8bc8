import type { Command } from '../command.ts';
import { listPublicationsCommand } from './list.ts';
import { rollBackCommand } from './rollback.ts';

/** `liancha publication <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  list: listPublicationsCommand,
  rollback: rollBackCommand,
};
