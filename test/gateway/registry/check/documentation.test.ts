import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../../../gateway/files.ts';
import { FINDING_CODES } from '../../../../gateway/registry/check/index.ts';

it('every code of a finding is explained, and no other', () => {
  const text = readFileSync(join(projectRoot(), 'docs/publishing-checks.md'), 'utf8');
  const explained = [...text.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
  expect(explained.sort()).toEqual([...FINDING_CODES].sort());
});
