import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterEach, expect, test } from 'vitest';

/** The check of the arrows, against violations planted in a small tree of its own: a check that sees nothing passes all. */
let folder = '';
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function violations(files: Readonly<Record<string, string>>): string[] {
  folder = mkdtempSync(join('node_modules', '.boundaries-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const root = relative(folder, '.');
  const parameters = [
    join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
    'gateway',
    '--config',
    join(root, '.dependency-cruiser.cjs'),
    '--output-type',
    'json',
  ];
  writeFileSync(join(folder, 'tsconfig.json'), '{}');
  const { stdout, stderr } = spawnSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
  return summary.violations.map((one) => one.rule.name);
}

const plain = 'export const value = 1;\n';
const importing = (path: string): string => `export { value } from '${path}';\n`;

test('what the architecture allows passes', () => {
  expect(
    violations({ 'gateway/http/a.ts': importing('../broker/index.ts'), 'gateway/broker/index.ts': plain }),
  ).toEqual([]);
});

test.each([
  ['gateway/policy/a.ts', 'gateway/http/index.ts', 'nothing-imports-http'],
  ['gateway/broker/a.ts', 'gateway/store/index.ts', 'broker-sees-no-database'],
  ['gateway/registry/a.ts', 'gateway/policy/index.ts', 'registry-stands-alone'],
  ['gateway/http/a.ts', 'gateway/broker/inside.ts', 'no-reaching-past-a-face'],
  ['gateway/broker/a.ts', 'subgraphs/a.ts', 'gateway-knows-no-provider'],
])('%s must not import %s', (from, to, rule) => {
  const path = relative(dirname(from), to);
  expect(violations({ [from]: importing(path), [to]: plain })).toContain(rule);
});

test('deciding does no input or output', () => {
  const text = "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n";
  expect(violations({ 'gateway/broker/guard/a.ts': text })).toContain('no-io-on-the-querys-way');
});
