import { describe, expect, it } from 'vitest';
import { federate } from '../harness.ts';

describe('mutations', () => {
  const log: string[] = [];
  const write =
    (name: string) =>
    async (_: unknown, { n }: { n: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 5 - n));
      log.push(`${name}${n}`);
      return { id: String(n) };
    };
  const fed = federate({
    a: {
      sdl: `type Query { q: Int } type Mutation { a(n: Int!): Thing } type Thing @key(fields: "id") { id: ID! }`,
      resolvers: { Mutation: { a: write('a') } },
    },
    b: {
      sdl: `type Mutation { b(n: Int!): Thing } type Thing @key(fields: "id") { id: ID! seen: String }`,
      resolvers: { Mutation: { b: write('b') }, Thing: { seen: () => log.join() } },
    },
  });
  it('run one after the other, over subgraphs', async () => {
    const query =
      'mutation { one: a(n: 1) { id } two: b(n: 2) { seen } three: a(n: 3) { id seen } four: b(n: 4) { id } }';
    const ours = await fed.ours(query);
    expect(log).toEqual(['a1', 'b2', 'a3', 'b4']);
    log.length = 0;
    expect(ours.data).toEqual((await fed.theirs(query)).data);
  });
});
