import { measureLedger } from './ledger/measure.ts';
import { LOAD_CORE, pin } from './machine/index.ts';

/** `npm run -s bench:ledger [-- --json]`: the ledger alone. */
pin(process.pid, LOAD_CORE);
const figures = await measureLedger(200_000);
const { records, appendedPerSecond, verifiedPerSecond } = figures;
process.stdout.write(
  process.argv.includes('--json')
    ? `${JSON.stringify(figures)}\n`
    : `appended ${appendedPerSecond}/s, verified ${verifiedPerSecond}/s (${records} records)\n`,
);
