import { spawnSync } from 'node:child_process';
import { root } from './prepare.mjs';

/** Holds the arrows between the folders, and makes sure that the tool has seen the modules at all. */
const LEAST_MODULES = 50;
const parameters = [
  'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
  'gateway',
  'subgraphs',
  '--config',
  '.dependency-cruiser.cjs',
];
const json = spawnSync(process.execPath, [...parameters, '--output-type', 'json'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
});
const { summary } = JSON.parse(json.stdout);
for (const { rule, from, to } of summary.violations)
  process.stderr.write(`${rule.severity} ${rule.name}: ${from} → ${to}\n`);
if (summary.totalCruised < LEAST_MODULES) {
  process.stderr.write(`only ${summary.totalCruised} modules were seen: the check itself does not work\n`);
  process.exit(1);
}
process.stdout.write(`${summary.totalCruised} modules, ${summary.violations.length} violations\n`);
process.exit(summary.error > 0 ? 1 : 0);
