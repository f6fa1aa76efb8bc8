import { rotateLedgerKey, rotateSecret, SECRETS } from '../../ledger/index.ts';
import { type Command, print, readOptions, UsageError } from '../command.ts';
import { ledgerFolders } from './folder.ts';

export const rotateCommand: Command = {
  summary: '更换密钥，下次启动起使用 makes a new key, which is used from the next start on',
  usage: [
    'liancha ledger rotate-key --data-dir <dir> [--of heads|subjects|digests] [--sm2-user-id <id>]',
    '  heads     树头签名 signs heads (default)',
    '  subjects  数据主体的键控散列 hashes of the persons that data is about',
    '  digests   操作、变量与答复的键控散列 hashes of operations, variables and answers',
    '  旧密钥保留：检索与举证仍需要它 old keys are kept: searching and proving need them',
    '  --sm2-user-id  新签名密钥的 SM2 用户标识 user ID of a new SM2 key (1234567812345678)',
  ].join('\n'),
  run(parameters) {
    const values = readOptions(parameters, {
      'data-dir': { type: 'string' },
      of: { type: 'string', default: 'heads' },
      'sm2-user-id': { type: 'string' },
    });
    const { folder, keys } = ledgerFolders(values['data-dir']);
    const secret = SECRETS.find((name) => name === values.of);
    if (!secret && values.of !== 'heads') throw new UsageError(`--of heads|${SECRETS.join('|')}`);
    print(secret ? rotateSecret(keys, secret) : rotateLedgerKey(keys, folder, values['sm2-user-id']));
    return 0;
  },
};
