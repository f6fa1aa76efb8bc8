import type { Command } from '../command.ts';
import {
  listGrantsCommand,
  resumeCommand,
  returnCommand,
  revokeCommand,
  shortenCommand,
  showGrantCommand,
  suspendCommand,
} from './grant.ts';
import { simulateCommand } from './simulate.ts';

/** `liancha grant <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  list: listGrantsCommand,
  resume: resumeCommand,
  return: returnCommand,
  revoke: revokeCommand,
  shorten: shortenCommand,
  show: showGrantCommand,
  simulate: simulateCommand,
  suspend: suspendCommand,
};
