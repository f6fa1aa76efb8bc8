import type { Command } from '../command.ts';
import { draftApplicationCommand, submitApplicationCommand } from './draft.ts';
import { listApplicationsCommand, showApplicationCommand } from './list.ts';
import {
  answerCommand,
  coordinateCommand,
  decideCommand,
  negotiateCommand,
  referCommand,
  refuseCommand,
  withdrawCommand,
} from './move.ts';

/** `liancha application <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  answer: answerCommand,
  coordinate: coordinateCommand,
  decide: decideCommand,
  draft: draftApplicationCommand,
  list: listApplicationsCommand,
  negotiate: negotiateCommand,
  refer: referCommand,
  refuse: refuseCommand,
  show: showApplicationCommand,
  submit: submitApplicationCommand,
  withdraw: withdrawCommand,
};
