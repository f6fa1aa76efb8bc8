import { describe, expect, it } from 'vitest';
import { table } from '../../../gateway/cli/table.ts';
import { oneLine, quoted, showable } from '../../../gateway/cli/terminal.ts';

describe('what others wrote, shown on a terminal', () => {
  it.each([
    [
      'an escape sequence that writes to the clipboard',
      '\u001b]52;c;ZWNobw==\u0007',
      '\\u001b]52;c;ZWNobw==\\u0007',
    ],
    ['a colour', '\u001b[32mEverything verifies.\u001b[0m', '\\u001b[32mEverything verifies.\\u001b[0m'],
    ['a sequence in one 8-bit control', '\u009b31m', '\\u009b31m'],
    ['a carriage return over the line', 'denied\rallowed', 'denied\\rallowed'.replace('\\r', '\\u000d')],
    ['backspaces', 'a\b\bb', 'a\\u0008\\u0008b'],
    ['a text that is turned round', '\u202egnol\u202c', '\\u202egnol\\u202c'],
    ['characters without width', 'a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
    ['tag characters', '\u{e0041}', '\\udb40\\udc41'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['half a surrogate pair', 'a\ud800', 'a\\ud800'],
  ])('does not act: %s', (_, text, shown) => {
    expect(showable(text)).toBe(shown);
  });

  it('is as it was where it is only text', () => {
    const text = '云溪市 𠮷 é\n\t（一）';
    expect(showable(text)).toBe(text);
  });

  it('is the same JSON', () => {
    const value = { matter: '\u202e\u009b\u{e0041}', lines: 'a\nb' };
    expect(JSON.parse(showable(JSON.stringify(value)))).toEqual(value);
  });

  it('makes no line that could be one of ours', () => {
    expect(quoted('a\n核验通过 Everything verifies.')).toBe('  │ a\n  │ 核验通过 Everything verifies.');
    expect(oneLine('a\nb\tc')).toBe('a\\nb\\tc');
    expect(table(['x'], [['a\nb']]).split('\n')).toHaveLength(2);
  });
});
