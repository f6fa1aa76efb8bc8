import { expect, test } from 'vitest';
import { isPrintableLine } from '../../gateway/printable.ts';

test.each([
  'YX-2026-0001',
  '王小明',
  'a b',
  '办件〔2026〕51号',
  'ئۇيغۇر',
  '𠮷野',
  '葛\u{E0100}',
  'A',
  'x'.repeat(200),
])('%j can be read by everybody alike', (text) => expect(isPrintableLine(text, 200)).toBe(true));

test.each([
  '',
  ' ',
  '\u3000',
  '\u3164',
  '\u2800\u2800',
  '\u200b',
  'a\nb',
  'a\r',
  'a\tb',
  '\u0000',
  'a\u001b[31mb',
  '\u001b]52;c;aGk=\u0007',
  'a\u202eb',
  'a\u2066b\u2069',
  'a\u061cb',
  'a\u200db',
  'a\ufeffb',
  'a\u00adb',
  'a\u2028b',
  'a\u0085b',
  'a\ud800',
  '\udc00a',
  'a\uffff',
  '\u{E0041}a',
  ' a',
  'a ',
  'x'.repeat(201),
])('%j cannot', (text) => expect(isPrintableLine(text, 200)).toBe(false));
