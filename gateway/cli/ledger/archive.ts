import { archiveSegments, deletePeriod } from '../../ledger/index.ts';
import { type Command, print, readOptions, UsageError } from '../command.ts';
import { ledgerFolders } from './folder.ts';

export const archiveCommand: Command = {
  summary: '归档旧的账段，或删除一个月的归档 archives old segments, or deletes the archive of a month',
  usage: [
    'liancha ledger archive --data-dir <dir> --before <YYYY-MM-DD> [--json]',
    'liancha ledger archive --data-dir <dir> --delete <YYYY-MM> [--json]',
    '  归档后记录已压缩加密，树仍可核验 archived records are compressed and encrypted; the tree still verifies',
    '  删除不可恢复：该月密钥一并销毁 deleting cannot be undone: the key of that month is destroyed as well',
  ].join('\n'),
  run(parameters) {
    const values = readOptions(parameters, {
      'data-dir': { type: 'string' },
      before: { type: 'string' },
      delete: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const { folder, keys } = ledgerFolders(values['data-dir']);
    if (values.delete !== undefined) {
      if (!/^\d{4}-\d{2}$/.test(values.delete)) throw new UsageError('--delete YYYY-MM');
      const deleted = deletePeriod(folder, keys, values.delete);
      print(values.json ? JSON.stringify({ deleted }) : `已删除 ${deleted} 段 ${deleted} segment(s) deleted`);
      return 0;
    }
    const before = /^\d{4}-\d{2}-\d{2}$/.test(values.before ?? '')
      ? Date.parse(`${values.before}T00:00:00+08:00`)
      : Number.NaN;
    if (Number.isNaN(before)) throw new UsageError('--before YYYY-MM-DD');
    const archived = archiveSegments(folder, keys, before);
    print(
      values.json
        ? JSON.stringify({ archived })
        : archived.map((one) => `${one.segment}  ${one.period}  ${one.records}`).join('\n') ||
            '没有可归档的账段 nothing is old enough',
    );
    return 0;
  },
};
