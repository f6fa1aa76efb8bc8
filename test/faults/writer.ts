import { writeSync } from 'node:fs';
import { openLedger } from '../../gateway/ledger/index.ts';
import { disclosure } from '../gateway/ledger/disclosures.ts';

/** Appends as fast as it can, and says of every record that it is durable, until it is killed or refused. */
const [dataDir = '', segmentBytes = '20000'] = process.argv.slice(2);
const ledger = await openLedger({ dataDir, now: Date.now, segmentBytes: Number(segmentBytes), headMs: 20 });
writeSync(1, 'open\n');
const appendForever = async (): Promise<never> => {
  for (;;) {
    const id = ledger.nextId();
    await ledger.append(disclosure(id));
    writeSync(1, `${id}\n`);
  }
};
await Promise.all(Array.from({ length: 8 }, appendForever));
