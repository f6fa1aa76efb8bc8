import type { Command } from '../command.ts';
import { dueCommand } from './due.ts';

/** `liancha clock <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  due: dueCommand,
};
