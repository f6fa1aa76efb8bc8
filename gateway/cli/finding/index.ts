import type { Command } from '../command.ts';
import { answerCommand, rectifiedCommand, returnCommand, unfoundedCommand } from './move.ts';
import { openCommand } from './open.ts';
import { listCommand, showCommand } from './read.ts';

/** `liancha finding <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  answer: answerCommand,
  list: listCommand,
  open: openCommand,
  rectified: rectifiedCommand,
  return: returnCommand,
  show: showCommand,
  unfounded: unfoundedCommand,
};
