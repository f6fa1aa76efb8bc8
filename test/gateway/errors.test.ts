import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_CODES, messageOf, statusOf } from '../../gateway/errors.ts';

test.each(ERROR_CODES)('%s is documented, has both languages and a status', (code) => {
  expect(readFileSync('docs/errors.md', 'utf8')).toContain(`\`${code}\``);
  expect(messageOf(code, {}, 'zh-CN')).toMatch(/[\u4e00-\u9fff]/);
  expect(messageOf(code, {}, 'en')).toMatch(/[a-z]/);
  expect(statusOf(code)).toBeGreaterThanOrEqual(200);
});

test('a slot is filled from the details', () => {
  expect(messageOf('QUOTA_EXCEEDED', { limit: '3/min', retryAfter: 9 }, 'en')).toContain('Try again in 9 s');
});
