import { writeSync } from 'node:fs';
import { startJobs } from '../../dist/gateway/exchange/jobs/index.js';
import { openDatabase } from '../../dist/gateway/store/index.js';

/** An instance that does jobs and says of each that it has begun, until none is left or it is killed. Each job writes a row of `done`. */
const [dataDir, tables, url = ''] = process.argv.slice(2);
const report = { error: (facts, message) => writeSync(2, `${message} ${JSON.stringify(facts)}\n`) };
const database = await openDatabase({ url: url || undefined, dataDir, tables, report });
const jobs = startJobs({
  database,
  now: Date.now,
  report,
  pollMs: 0,
  workers: {
    count: {
      way: 'IN_TRANSACTION',
      async work(payload, transaction) {
        writeSync(1, '.');
        await transaction.query('insert into done (job) values ($1)', [payload.n]);
        await transaction.query('select pg_sleep(0.001)');
      },
    },
  },
});
await jobs.runDue();
await database.close();
