import type { Command } from '../command.ts';
import { approveCommand, refuseCommand, withdrawCommand } from './answer.ts';
import { listCommand, showCommand } from './read.ts';

/** `liancha consent <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  approve: approveCommand,
  list: listCommand,
  refuse: refuseCommand,
  show: showCommand,
  withdraw: withdrawCommand,
};
