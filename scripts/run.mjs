import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, fail, install, requireNode, root } from './prepare.mjs';

/** `node scripts/run.mjs <program> [arguments]`: runs a built program, installing and building first if need be. */
const [program, ...parameters] = process.argv.slice(2);
if (!program) fail('usage: node scripts/run.mjs <program> [arguments]', 2);
requireNode();
install({ quiet: true });
await build({ quiet: true });
const child = spawn(process.execPath, [join(root, 'dist', program), ...parameters], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
