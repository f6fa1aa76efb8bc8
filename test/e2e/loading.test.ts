import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';

const PROGRAM = `
import { createRequire } from 'node:module';
await import('./dist/gateway/gateway.js');
const names = Object.keys(createRequire(import.meta.url).cache).flatMap((path) => /@apollo\\/[\\w-]+/.exec(path) ?? []);
console.log(JSON.stringify([...new Set(names)].sort()));
`;

// Federation's libraries are large, and what they do takes long: only the process that composes and threads that plan load them.
it('the thread that answers queries loads neither composition nor the query planner', () => {
  const loaded = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    cwd: projectRoot(),
    encoding: 'utf8',
  });
  expect(loaded.stderr).toBe('');
  const names: string[] = JSON.parse(loaded.stdout);
  expect(names).toContain('@apollo/server'); // What is loaded is seen.
  expect(names).not.toContain('@apollo/federation-internals');
  expect(names).not.toContain('@apollo/query-planner');
  expect(names).not.toContain('@apollo/composition');
});
