import type { Command } from '../command.ts';
import { draftCommand, reportChangeCommand, updatedCommand } from './change.ts';
import { exportCatalogueCommand } from './export.ts';
import { searchCommand } from './search.ts';
import { showCommand } from './show.ts';

/** `liancha catalogue <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  draft: draftCommand,
  export: exportCatalogueCommand,
  'report-change': reportChangeCommand,
  search: searchCommand,
  show: showCommand,
  updated: updatedCommand,
};
