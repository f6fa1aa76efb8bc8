import { measureIndexLag } from './ledger/index-lag.ts';
import { measureLedger } from './ledger/measure.ts';
import { LOAD_CORE, pin } from './machine/index.ts';

/** `npm run -s bench:ledger [-- --json]`: the ledger alone, on one core; `-- --index [--rate <n>]`: how far search is behind it. */
const { argv } = process;
const isJson = argv.includes('--json');
const rateAt = argv.indexOf('--rate');

if (argv.includes('--index')) {
  const rate = rateAt < 0 ? 4_000 : Number(argv[rateAt + 1]);
  const figures = await measureIndexLag(rate, 20);
  const { recordsPerSecond, subjectsPerRecord, seconds, maxLagMs, catchUpMs, cpuMicroseconds } = figures;
  process.stdout.write(
    isJson
      ? `${JSON.stringify(figures)}\n`
      : `index: ${recordsPerSecond} records/s of ${subjectsPerRecord} subjects for ${seconds} s, at most ${maxLagMs} ms behind, up to date ${catchUpMs} ms after the last; ${cpuMicroseconds} µs of processor time a record\n`,
  );
} else {
  pin(process.pid, LOAD_CORE);
  const figures = await measureLedger(200_000);
  const { records, appendedPerSecond, verifiedPerSecond } = figures;
  process.stdout.write(
    isJson
      ? `${JSON.stringify(figures)}\n`
      : `appended ${appendedPerSecond}/s, verified ${verifiedPerSecond}/s (${records} records)\n`,
  );
}
