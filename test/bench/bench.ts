import { isPartial, readOptions } from './options.ts';
import { installPeers } from './peers/index.ts';
import { writeDocument } from './report/document.ts';
import { summarise } from './report/summary.ts';
import { tableOf } from './report/table.ts';
import { runBenchmark } from './running/benchmark.ts';

/** `npm run bench [-- --quick] [-- --json]`: Liancha and its peers in one run. What it does: docs/performance.md. */
const options = readOptions(process.argv.slice(2));
if (options.installPeers) {
  installPeers();
} else {
  const summary = summarise(await runBenchmark(options));
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else process.stdout.write(`${tableOf(summary)}\n`);
  if (!options.json && !options.quick && !isPartial(options)) writeDocument(tableOf(summary));
}
