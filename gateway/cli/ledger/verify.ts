import { readFileSync } from 'node:fs';
import {
  findSealKey,
  type LedgerReport,
  PublicKeys,
  readEvidence,
  verifyLedger,
} from '../../ledger/index.ts';
import { type Command, fromHere, print, readOptions } from '../command.ts';
import { ledgerFolders } from './folder.ts';

export const verifyCommand: Command = {
  summary: '离线核验台账 checks segments, tree, heads and signatures of a ledger from its files',
  usage: [
    'liancha ledger verify --data-dir <dir> [--keys <file>] [--witness <file>]… [--witness-keys <file>]… [--json]',
    '  --keys     另行取得的公钥文件 public keys got from elsewhere, instead of those beside the ledger',
    '  --witness  见证方保存的树头或见证簿、他方所得联署 heads that a witness kept, its book, or co-signatures that another got',
    '  --witness-keys  见证方的公钥 public keys of the witnesses, to check what they co-signed',
    '  exit 0: 全部通过 everything verifies; 1: 有问题 something does not',
  ].join('\n'),
  run(parameters) {
    const values = readOptions(parameters, {
      'data-dir': { type: 'string' },
      keys: { type: 'string' },
      witness: { type: 'string', multiple: true },
      'witness-keys': { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
    });
    const { folder, keys } = ledgerFolders(values['data-dir']);
    const sealKey = findSealKey(keys);
    const report = verifyLedger(folder, {
      ...(sealKey && { sealKey }),
      ...(values.keys !== undefined && { trusted: PublicKeys.parse(readJson(values.keys)).keys }),
      ...(values.witness && { witnessed: values.witness.flatMap(readEvidenceFile) }),
      ...(values['witness-keys'] && {
        witnessKeys: values['witness-keys'].flatMap((path) => PublicKeys.parse(readJson(path)).keys),
      }),
      ...(!values.json &&
        process.stderr.isTTY && { onProgress: (records) => process.stderr.write(`\r${records} …`) }),
    });
    print(values.json ? JSON.stringify(report) : describe(report));
    return report.ok ? 0 : 1;
  },
};

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(fromHere(path), 'utf8'));
}

function readEvidenceFile(path: string) {
  return readEvidence(readFileSync(fromHere(path), 'utf8'));
}

function describe(report: LedgerReport): string {
  const { records, segments, heads, signed, unsigned, sealed, cosigned, tornBytes, problems } = report;
  const unproven = unsigned - sealed;
  const facts = [
    `台账 ledger     ${report.ledger ?? '—'}`,
    `记录 records    ${records}（${segments} 段 segments）`,
    `树头 heads      ${heads}；已签 signed ${signed}，未签 not yet signed ${unsigned}`,
    ...(cosigned > 0 ? [`联署 co-signed  ${cosigned}（由见证方 by a witness）`] : []),
    ...(unproven > 0
      ? [
          `未证 unproven   最后树头之后 ${unproven} 条，无签名亦未核封印 records behind the last head: neither signed nor checked against their seals`,
        ]
      : []),
    ...(tornBytes > 0 ? [`残尾 torn tail   写入中断，未确认 cut short by a crash, never acknowledged`] : []),
  ];
  const found = problems.map(
    ({ code, file, line, record, message }) =>
      `  ${code}  ${file}${line === null ? '' : `:${line}`}${record === null ? '' : `  #${record}`}  ${message}`,
  );
  const verdict = report.ok
    ? '核验通过 Everything verifies.'
    : `核验不通过：${problems.length} 处 It does not verify: ${problems.length} problem(s)`;
  return [...facts, verdict, ...found].join('\n');
}
