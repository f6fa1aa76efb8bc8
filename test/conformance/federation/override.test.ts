import { describe, expect, it } from 'vitest';
import { federate } from '../harness.ts';

const supergraph = (label: string) =>
  federate({
    a: {
      sdl: `type Query { item: Item } type Item @key(fields: "id") { id: ID! from: String }`,
      resolvers: {
        Query: { item: () => ({ id: '1', from: 'a' }) },
        Item: { __resolveReference: () => ({ id: '1', from: 'a' }) },
      },
    },
    b: {
      sdl: `type Item @key(fields: "id") { id: ID! from: String @override(from: "a", label: "${label}") }`,
      resolvers: { Item: { __resolveReference: () => ({ id: '1', from: 'b' }) } },
    },
  });

describe('progressive @override', () => {
  it.each([
    ['percent(0)', 'a'],
    ['percent(100)', 'b'],
  ])('%s: the field comes from %s', async (label, expected) => {
    const fed = supergraph(label);
    const { data } = await fed.ours('{ item { from } }');
    expect(data).toEqual({ item: { from: expected } });
    // @apollo/gateway knows no labels and always asks the old owner.
    expect((await fed.theirs('{ item { from } }')).data).toEqual({ item: { from: 'a' } });
  });
});

describe('progressive @override of a part', () => {
  it('draws for each request: both sides are asked, one at a time', async () => {
    const fed = supergraph('percent(50)');
    const seen = new Set<unknown>();
    for (let times = 0; times < 60 && seen.size < 2; times++) {
      const { data, failures } = await fed.ours('{ item { from } }');
      expect(failures).toEqual([]);
      seen.add((data as { item: { from: string } }).item.from);
    }
    expect(seen).toEqual(new Set(['a', 'b']));
  });
});
