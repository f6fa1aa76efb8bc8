import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build, fail, install, requireNode, root } from './prepare.mjs';

/** `npm start`: the demonstration city's providers and the gateway, with everything embedded. */
requireNode();
install();
await build();

const dataDir = resolve(root, process.env.DATA_DIR || '.liancha');
const environment = {
  ...process.env,
  DATA_DIR: dataDir,
  LIANCHA_JWKS: join(dataDir, 'gateway', 'jwks.json'),
};
const children = [];
let isStopping = false;

function start(program, parameters, extra, stdout) {
  const child = spawn(process.execPath, [join(root, 'dist', program), ...parameters], {
    cwd: root,
    env: { ...environment, ...extra },
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
    detached: true, // Ctrl-C reaches this script alone, which then ends them in order.
  });
  const ended = new Promise((done) => child.once('exit', (code) => done(code ?? 1)));
  children.push({ child, ended });
  void ended.then((code) => stop(code)); // If one dies, the others have nothing to do.
  return child;
}

/** The gateway first: it still has requests in flight that the providers must answer. */
async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  for (const { child, ended } of [...children].reverse()) {
    child.kill('SIGTERM');
    await ended;
  }
  process.exit(code);
}

// Whoever started us may be ended without telling us, as npm is.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) void stop(0);
}, 250).unref();

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(0));

const providers = start('subgraphs/main.js', [], {}, 'pipe');
for await (const line of createInterface({ input: providers.stdout })) {
  const { providers: running } = JSON.parse(line);
  start('gateway/main.js', ['--demonstration'], { LIANCHA_PROVIDERS: JSON.stringify(running) }, 'inherit');
}
if (!isStopping) fail('演示提供部门未能启动 the demonstration providers did not start');
