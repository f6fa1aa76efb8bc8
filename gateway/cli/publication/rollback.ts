import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { rollBackOffline } from '../../exchange/index.ts';
import { projectRoot } from '../../files.ts';
import { createIds } from '../../ledger/index.ts';
import { openComposer } from '../../registry/index.ts';
import { type Command, print, readOptions, UsageError } from '../command.ts';
import { change, printFindings } from '../subgraph/report.ts';
import { withStore } from './store.ts';

export const rollBackCommand: Command = {
  summary: '退回整个发布 goes back to an earlier publication as a whole',
  usage: [
    'liancha publication rollback [--publication <id>] --reason <text> [--department <administrator>] [--json]   经网关办理（共享平台管理单位）asks the gateway',
    'liancha publication rollback --offline [--data-dir <folder>] [--publication <number>] --reason <text> [--json]',
    '  --offline  网关无法启动时直接改动数据库（DATABASE_URL 或 DATA_DIR）changes the store, where no gateway starts',
    '  --publication  退回到哪一次；离线时默认最近一次曾投入使用的 which; offline by default the last that was taken up',
    '  exit 0: 已退回 done; 1: 该次发布无法投入使用 it could not be taken up; 2: 未能办理 could not be done',
  ].join('\n'),
  async run(parameters) {
    const values = readOptions(parameters, {
      offline: { type: 'boolean', default: false },
      'data-dir': { type: 'string' },
      publication: { type: 'string' },
      reason: { type: 'string' },
      department: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const { publication, reason, department, json: isJson } = values;
    if (!reason?.trim()) throw new UsageError('--reason 必填 is required');
    if (!values.offline)
      return change(
        'rollBack',
        'RollBackInput',
        { publication, reason },
        { name: '全部 all', department, isJson },
      );
    if (publication !== undefined && !/^\d{1,9}$/.test(publication))
      throw new UsageError('--publication: 发布的序号 the number of a publication');
    const number = publication === undefined ? null : Number(publication);
    return rollBack(values['data-dir'], number, reason, isJson);
  },
};

async function rollBack(
  dataDir: string | undefined,
  number: number | null,
  reason: string,
  isJson: boolean,
): Promise<number> {
  const composer = openComposer(readFileSync(join(projectRoot(), 'schema', 'sharing.graphql'), 'utf8'));
  try {
    const done = await withStore(dataDir, (database) =>
      rollBackOffline({
        database,
        number,
        reason,
        operator: userInfo().username,
        nextId: createIds(Date.now),
        now: Date.now,
        rehearse: (subgraphs, supergraphSdl) =>
          composer.rehearse({ subgraphs, supergraphSdl, live: [], liveSdl: '', operations: [] }, 'offline'),
      }),
    );
    if (isJson) print(JSON.stringify(done));
    else if ('findings' in done) printFindings(done.findings);
    else
      print(
        `已退回到第 ${done.to} 次发布，成为第 ${done.number} 次。Went back to publication ${done.to}, which is publication ${done.number} now.`,
      );
    return 'findings' in done ? 1 : 0;
  } finally {
    await composer.close();
  }
}
