import { type IndexFigures, measureIndexLag } from './ledger/index-lag.ts';
import { measureLedger } from './ledger/measure.ts';
import { LOAD_CORE, pin } from './machine/index.ts';

/**
 * `npm run -s bench:ledger [-- --json]`: the ledger alone, on one core; `-- --index [--embedded]`: what the index over it costs
 * and how far it is behind, with records like those of small and of big queries.
 */
const { argv } = process;
const isJson = argv.includes('--json');

const LOADS = [
  { recordsPerSecond: 4_000, subjectsPerRecord: 10, seconds: 20 },
  { recordsPerSecond: 120, subjectsPerRecord: 5_000, seconds: 20 },
];

if (argv.includes('--index')) {
  for (const load of LOADS) {
    const figures = await measureIndexLag(load, argv.includes('--embedded'));
    process.stdout.write(isJson ? `${JSON.stringify(figures)}\n` : sentenceOf(figures));
  }
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

function sentenceOf(figures: IndexFigures): string {
  const { recordsPerSecond, subjectsPerRecord, seconds, database, maxLagMs, catchUpMs } = figures;
  const { cpuMicroseconds, indexMicroseconds, serverMicroseconds } = figures;
  return `index (${database}): ${recordsPerSecond} records/s of ${subjectsPerRecord} subjects for ${seconds} s, at most ${maxLagMs} ms behind, up to date ${catchUpMs} ms after the last; processor time a record: ${cpuMicroseconds} µs, of which ${indexMicroseconds} for the index; ${serverMicroseconds} µs in the server\n`;
}
