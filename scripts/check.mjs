import { install, requireNode, run } from './prepare.mjs';

/** `npm run check`: everything that needs no server, cheapest first. */
const STEPS = [
  ['格式与规范 lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '.']],
  ['仓库 repository', ['scripts/check-repository.mjs']],
  ['类型 types', ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.']],
  [
    '页面类型 page types',
    ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'gateway/http/explorer/page'],
  ],
  ['依赖方向 boundaries', ['scripts/check-boundaries.mjs']],
  ['无用代码 unused', ['node_modules/knip/bin/knip.js']],
  ['单元测试 unit', ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit']],
];

export function check() {
  for (const [name, parameters] of STEPS) {
    process.stdout.write(`\n== ${name}\n`);
    run(process.execPath, parameters);
  }
}

if (process.argv[1]?.endsWith('check.mjs')) {
  requireNode();
  install();
  check();
}
