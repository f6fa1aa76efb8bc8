import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './prepare.mjs';

/** What no tool checks: no registry addresses, no machine's paths, no secrets, and links that lead somewhere. */
const FORBIDDEN = [
  { pattern: /"resolved": "/, what: 'an address of a package registry' },
  {
    pattern: new RegExp(`registry\\.${'npmjs'}|npm${'mirror'}\\.com`),
    what: 'an address of a package registry',
  },
  { pattern: new RegExp(`(^|[\\s"'(=])/(${'work'}|${'root'}|home/\\w+)/`, 'm'), what: "a machine's path" },
  { pattern: new RegExp(`BEGIN (EC |RSA )?${'PRIVATE'} KEY`), what: 'a private key' },
];

const files = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .stdout.trim()
  .split('\n');
const findings = [];
for (const file of files) {
  if (
    file === 'scripts/check-repository.mjs' ||
    !existsSync(join(root, file)) ||
    /\.(png|jpg|ico|woff2?)$/.test(file)
  )
    continue;
  const text = readFileSync(join(root, file), 'utf8');
  for (const { pattern, what } of FORBIDDEN) if (pattern.test(text)) findings.push(`${file}: ${what}`);
  if (!file.endsWith('.md')) continue;
  for (const [, target] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
    if (/^[a-z]+:/.test(target) || existsSync(join(root, dirname(file), target))) continue;
    findings.push(`${file}: the link to ${target} leads nowhere`);
  }
}
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.stdout.write(`${files.length} files, ${findings.length} findings\n`);
process.exit(findings.length > 0 ? 1 : 0);
