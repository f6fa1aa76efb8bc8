import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { check } from './check.mjs';
import { build, fail, install, requireNode, run } from './prepare.mjs';

/** `npm test`: installs what is missing, then checks, builds and runs everything. */
const PACKAGES = [
  { name: 'openssl', has: () => found('openssl') },
  { name: 'redis-server', has: () => found('redis-server') },
  { name: 'postgresql', has: () => existsSync('/usr/lib/postgresql') },
  { name: 'chromium', has: () => found('chromium') },
  { name: 'fonts-wqy-zenhei', has: () => existsSync('/usr/share/fonts/truetype/wqy') },
];

function found(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Debian packages that tests need: installed where we may, otherwise named exactly. */
function installPackages() {
  const missing = PACKAGES.filter((one) => !one.has()).map((one) => one.name);
  if (missing.length === 0) return;
  const command = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    fail(`测试需要以下软件 The tests need these programs; install them:\n  sudo sh -c '${command}'`);
  }
  process.stdout.write(`安装 Installing ${missing.join(', ')}…\n`);
  process.env.DEBIAN_FRONTEND = 'noninteractive';
  run('sh', ['-c', command], { quiet: true });
}

requireNode();
install();
installPackages();
check();
await build();
process.stdout.write('\n== 端到端 end to end\n');
run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'e2e']);
process.stdout.write('\n全部通过 Everything has passed.\n');
