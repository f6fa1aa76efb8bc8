import { describe, expect, it } from 'vitest';
import { readJson, writeJson } from '../../../gateway/exact-json.ts';
import { federate } from '../harness.ts';

/** Members whose answers are replaced by these texts, in order; without one they answer themselves. */
const answering =
  (...texts: readonly (string | undefined)[]) =>
  (): ((subgraph: string, body: Buffer) => { ok: true; body: Buffer }) => {
    let at = 0;
    return (_, body) => ({ ok: true, body: Buffer.from(texts[at++] ?? body.toString()) });
  };

const NUMBER = '990101196107101177';
const fed = federate({
  a: {
    sdl: `scalar Long scalar Decimal scalar Any type Query { one: T many: [T] at(n: Long, any: Any, id: ID, f: Float): T }
      type T @key(fields: "no") @key(fields: "id") { no: Long id: ID dec: Decimal any: Any fl: Float int: Int text: String constructor: String toString: Int }`,
    resolvers: { Query: { one: () => ({ no: 1, id: '1' }), at: () => ({ no: 1, id: '1' }) } },
  },
  b: {
    sdl: `scalar Long type T @key(fields: "no") { no: Long name: String }`,
    resolvers: { T: { name: () => 'N' } },
  },
  c: {
    sdl: `type T @key(fields: "id") { id: ID called: String }`,
    resolvers: { T: { called: () => 'C' } },
  },
});

describe('numbers that a double does not hold', () => {
  it.each([
    ['{ one { no } }', `{"data":{"one":{"no":${NUMBER}}}}`],
    ['{ one { no } }', `{"data":{"one":{"no":-${NUMBER}}}}`],
    ['{ one { dec no } }', `{"data":{"one":{"dec":0.1000000000000000055511151231257827,"no":1e400}}}`],
    [
      '{ one { any } }',
      `{"data":{"one":{"any":{"b":[${NUMBER},{"a":1.0000000000000000001}],"__proto__":9007199254740993}}}}`,
    ],
    [
      '{ many { no any } }',
      `{"data":{"many":[{"no":${NUMBER},"any":"${NUMBER} 1e5"},{"no":9007199254740992,"any":[[${NUMBER}]]}]}}`,
    ],
  ])('are given as they were sent, read in either way: %s %s', async (query, text) => {
    // Bytes that pass, and an answer that has to be read, as a comment of no meaning is before it.
    for (const sent of [text, ` ${text}`, text.replaceAll(',', ' , ')]) {
      const { text: given, failures } = await fed.ours(query, {}, { tamper: answering(sent)() });
      expect([`{"data":${given}}`, failures]).toEqual([text, []]);
    }
  });

  it('are keys as they were sent', async () => {
    const sent = `{"data":{"one":{"__typename":"T","no":${NUMBER}}}}`;
    const { data, calls } = await fed.ours('{ one { name } }', {}, { tamper: answering(sent)() });
    expect(data).toEqual({ one: { name: 'N' } });
    expect(calls[1]?.body).toContain(`{"__typename":"T","no":${NUMBER}}`);
  });

  it('are literals, defaults and variables as they were written', async () => {
    const { calls } = await fed.ours(
      `{ at(n: ${NUMBER}, any: {a: [${NUMBER}], b: 0.12345678901234567890}, id: ${NUMBER}, f: 1e20) { id } }`,
    );
    expect(calls[0]?.body).toMatch(
      new RegExp(`n:${NUMBER} any:{a:\\[${NUMBER}\\].*b:0.12345678901234567890}`),
    );
    expect(calls[0]?.body).toContain(`id:${NUMBER}`);
    const preset = await fed.ours(`query ($n: Long = ${NUMBER}) { at(n: $n) { id } }`);
    expect(preset.calls[0]?.body).toContain(`"n":${NUMBER}`);
    const variables = Object(
      readJson(`{"n":${NUMBER},"any":{"x":[${NUMBER}]},"id":${NUMBER},"f":0.12345678901234567890}`),
    );
    const asked = await fed.ours(
      'query ($n: Long, $any: Any, $id: ID, $f: Float) { at(n: $n, any: $any, id: $id, f: $f) { id } }',
      variables,
    );
    expect(asked.calls[0]?.body).toContain(
      `"variables":{"n":${NUMBER},"any":{"x":[${NUMBER}]},"id":"${NUMBER}","f":${Number('0.12345678901234567890')}}`,
    );
  });

  it.each([
    ['an ID', '{ one { id } }', '{"one":{"id":9007199254740993}}', ['one', 'id']],
    [
      'an ID as a key',
      '{ one { called } }',
      '{"one":{"__typename":"T","id":9007199254740993}}',
      ['one', 'called'],
    ],
    ['a Float beyond all', '{ one { fl } }', '{"one":{"fl":1e400}}', ['one', 'fl']],
    [
      'a Float below all, beside numbers that are kept',
      '{ one { fl no } }',
      '{"one":{"fl":-1e400,"no":1}}',
      ['one', 'fl'],
    ],
    ['an Int', '{ one { int } }', '{"one":{"int":2147483648}}', ['one', 'int']],
    ['a text', '{ one { text no } }', `{"one":{"text":${NUMBER},"no":1}}`, ['one', 'text']],
  ])('are an error where they are none of the type, or cannot be kept: %s', async (_, query, data, path) => {
    const answer = await fed.ours(query, {}, { tamper: answering(`{"data":${data}}`)() });
    expect(answer.failures.map((one) => one.path)).toEqual([path]);
    expect(answer.data).toMatchObject({ one: { [String(path[1])]: null } });
  });

  it.each([
    ['{ one { int fl id } }', '{"one":{"int":1.0,"fl":1e2,"id":7}}', { int: 1, fl: 100, id: '7' }],
    [
      '{ one { int fl no } }',
      '{"one":{"int":1e2,"fl":0.12345678901234567890,"no":-0}}',
      { int: 100, fl: 0.12345678901234568, no: 0 },
    ],
  ])('%s: a number is what it says, however it is written', async (query, data, expected) => {
    const answer = await fed.ours(query, {}, { tamper: answering(`{"data":${data}}`)() });
    expect([answer.data, answer.failures]).toEqual([{ one: expected }, []]);
  });

  it.each([
    '[1.0,0,1e3]',
    '"\\u007e"',
    '{"a":[12345678901234567890,"12345678901234567890"],"b":-1.50e-400}',
    '01234567890123456789',
    '[1234567890123456789.]',
    '12345678901234567890',
  ])('JSON is what JSON.parse takes: %s', (text) => {
    let isJson = true;
    try {
      JSON.parse(text);
    } catch {
      isJson = false;
    }
    if (!isJson) expect(() => readJson(text)).toThrow(SyntaxError);
    else expect(JSON.parse(writeJson(readJson(text)))).toEqual(JSON.parse(text));
  });
});

describe('an answer', () => {
  it.each([
    ['errors that are null', '{"errors":null,"data":{"one":{"text":"x"}}}'],
    ['no errors', '{"errors":[],"data":{"one":{"text":"x"}}}'],
    ['a byte order mark', '\ufeff{"data":{"one":{"text":"x"}}}'],
  ])('is taken with %s', async (_, sent) => {
    const { data, failures } = await fed.ours('{ one { text } }', {}, { tamper: answering(sent)() });
    expect([data, failures]).toEqual([{ one: { text: 'x' } }, []]);
  });

  it('has names that every object of JavaScript has', async () => {
    const sent = '{"data":{"one":{"constructor":"c","valueOf":null}}}';
    const { data, failures } = await fed.ours(
      '{ one { constructor valueOf: text } }',
      {},
      { tamper: answering(sent)() },
    );
    expect([data, failures]).toEqual([{ one: { constructor: 'c', valueOf: null } }, []]);
    const none = await fed.ours(
      '{ one { constructor toString hasOwnProperty: text } }',
      {},
      { tamper: answering('{"data":{"one":{}}}')() },
    );
    expect(none.data).toEqual({ one: { constructor: null, toString: null, hasOwnProperty: null } });
    expect(none.failures.length).toBe(3);
    const { calls } = await fed.ours(
      'query ($constructor: ID, $toString: Boolean = true) { at(id: $constructor) { id @include(if: $toString) } }',
    );
    expect(JSON.parse(calls[0]?.body ?? '').variables).toEqual({ toString: true });
  });

  it('with errors by the hundred thousand tells some, once each, and how many more there were', async () => {
    const errors = Array.from({ length: 150_000 }, (_, at) => ({
      message: 'm'.repeat(20),
      path: ['many', at, 'text'],
    }));
    const many = errors.map(() => ({ text: null }));
    const { failures, text } = await fed.ours(
      '{ many { text } }',
      {},
      { tamper: answering(JSON.stringify({ errors, data: { many } }))() },
    );
    expect(failures.length).toBe(101);
    expect(failures.at(-1)).toEqual({
      code: 'ERRORS_OMITTED',
      details: { provider: 'a', subgraph: 'a', omitted: 149_900 },
    });
    expect(text.length).toBeLessThan(15 * 150_000);
    const same = errors.map(() => ({
      message: 'x',
      path: ['one'],
      extensions: { code: 'X', more: 'y'.repeat(10) },
    }));
    const once = await fed.ours(
      '{ one { text } }',
      {},
      { tamper: answering(JSON.stringify({ errors: same, data: { one: null } }))() },
    );
    expect(once.failures.map(({ path }) => path)).toEqual([['one']]);
  });

  it('tells nothing in the paths of its errors that was not asked', async () => {
    const errors = [
      { message: 'x', path: ['one', 'text', 'a secret'] },
      { message: 'x', path: ['secret'] },
    ];
    const { failures } = await fed.ours(
      '{ one { text } }',
      {},
      { tamper: answering(JSON.stringify({ errors, data: { one: null } }))() },
    );
    expect(JSON.stringify(failures)).not.toContain('secret');
  });

  it('in which as many values are missing tells some of them', async () => {
    const many = Array.from({ length: 20_000 }, () => ({}));
    const { failures } = await fed.ours(
      '{ many { text } }',
      {},
      { tamper: answering(JSON.stringify({ data: { many } }))() },
    );
    expect(failures.length).toBe(1_001);
    expect(failures.at(-1)).toEqual({ code: 'ERRORS_OMITTED', details: { omitted: 19_000 } });
  });
});
