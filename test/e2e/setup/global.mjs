import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../../scripts/prepare.mjs';

/** Threads and commands run what is built: build it before the first test. */
export async function setup() {
  await build({ quiet: true });
}

/** The template of `database.ts`, which names it after this process. */
export function teardown() {
  rmSync(join(tmpdir(), `liancha-database-template-${process.pid}`), { recursive: true, force: true });
}
