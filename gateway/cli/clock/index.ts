import type { Command } from '../command.ts';
import { dueCommand } from './due.ts';
import { listCommand } from './list.ts';

/** `liancha clock <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  due: dueCommand,
  list: listCommand,
};
