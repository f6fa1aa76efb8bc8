import { describe, expect, it } from 'vitest';
import { compileCode } from '../../../gateway/broker/compiled-code.ts';

describe('generated code', () => {
  it('is the same function when it is met again', () => {
    const first = compileCode(['one', 'other'], 'return one + other;');
    expect(first(1, 2)).toBe(3);
    expect(compileCode(['one', 'other'], 'return one + other;')).toBe(first);
  });

  it('is another function for other code or other parameters', () => {
    const add = compileCode(['one', 'other'], 'return one + other;');
    expect(compileCode(['one', 'other'], 'return one - other;')(3, 2)).toBe(1);
    expect(compileCode(['other', 'one'], 'return one + other;')).not.toBe(add);
  });

  it('shares nothing between those that it makes', () => {
    const code = 'let count = 0; return () => ++count;';
    const counter = () => compileCode([], code)() as () => number;
    const [first, second] = [counter(), counter()];
    expect([first(), first(), second()]).toEqual([1, 2, 1]);
  });
});
