import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../gateway/files.ts';

/** Puts the tables between the marks of docs/performance.md. */
export function writeDocument(table: string): void {
  const path = join(projectRoot(), 'docs/performance.md');
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split('<!-- table -->');
  const after = rest?.split('<!-- end -->')[1];
  if (before === undefined || after === undefined) throw new Error(`${path} has no marks for the table`);
  writeFileSync(path, `${before}<!-- table -->\n\n${table}\n\n<!-- end -->${after}`);
  // As everything that is committed.
  const biome = join(projectRoot(), 'node_modules/@biomejs/biome/bin/biome');
  spawnSync(process.execPath, [biome, 'format', '--write', path], { cwd: projectRoot() });
}
