import type { Command } from '../command.ts';
import { confirmCommand, correctCommand, disownCommand, withdrawCommand } from './answer.ts';
import { raiseCommand } from './raise.ts';
import { listCommand, showCommand } from './read.ts';

/** `liancha objection <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  confirm: confirmCommand,
  correct: correctCommand,
  disown: disownCommand,
  list: listCommand,
  raise: raiseCommand,
  show: showCommand,
  withdraw: withdrawCommand,
};
