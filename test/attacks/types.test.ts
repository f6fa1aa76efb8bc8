import { describe, expect, test } from 'vitest';
import { federate } from '../conformance/harness.ts';

/** A provider that is asked about objects of several types, and speaks of one as if it were of another. */
const register = {
  sdl: `type Query { parties: [Party] } interface Party { id: ID! }
    type Person implements Party @key(fields: "id") { id: ID! rating: String }
    type Firm implements Party @key(fields: "id") { id: ID! }`,
  resolvers: {
    Query: {
      parties: () => [
        { __typename: 'Person', id: '1', rating: null },
        { __typename: 'Firm', id: '2' },
      ],
    },
  },
};
const business = {
  sdl: `interface Party { id: ID! }
    type Person implements Party @key(fields: "id") { id: ID! trade: String }
    type Firm implements Party @key(fields: "id") { id: ID! rating: String trade: String }`,
  resolvers: {
    Person: { trade: () => 'none' },
    Firm: { trade: () => 'tea', rating: () => 'good' },
  },
};

/** Asks with what `business` answers of the first party, a person, changed; tells what it was asked, too. */
async function ask(query: string, forged: Record<string, unknown>) {
  const answer = await federate({ register, business }).ours(
    query,
    {},
    {
      tamper(subgraph, body) {
        if (subgraph !== 'business') return { ok: true, body };
        const { data } = JSON.parse(body.toString());
        for (const [first] of Object.values<Record<string, unknown>[]>(data))
          Object.assign(first ?? {}, forged);
        return { ok: true, body: Buffer.from(JSON.stringify({ data })) };
      },
    },
  );
  return { ...answer, asked: answer.calls.filter((one) => one.subgraph === 'business') };
}

describe('a provider', () => {
  const query = '{ parties { ... on Person { rating trade } ... on Firm { rating trade } } }';

  test.each([[{ rating: 'FORGED' }], [{ rating: 'FORGED', __typename: 'Firm' }]])(
    'does not fill a field of one type for an object of another, whose owner left it empty: %j',
    async (forged) => {
      const { data, asked } = await ask(query, forged);
      expect(asked.map((one) => one.body).join()).toContain('rating'); // It was asked for it, of firms.
      expect(data).toEqual({
        parties: [
          { rating: null, trade: 'none' },
          { rating: 'good', trade: 'tea' },
        ],
      });
    },
  );
});

/** A value without a key that two providers answer in part; both tell of which type it is. */
const deeds = {
  sdl: `type Query { deed: Deed } type Deed @key(fields: "id") { id: ID! holder: Holder @shareable }
    union Holder = Company | Citizen
    type Company { name: String } type Citizen { name: String }`,
  resolvers: {
    Query: { deed: () => ({ id: '1' }) },
    Deed: { holder: () => ({ __typename: 'Citizen', name: 'a citizen' }) },
  },
};
const trades = {
  sdl: `type Deed @key(fields: "id") { id: ID! holder: Holder @shareable }
    union Holder = Company | Citizen
    type Company { trade: String } type Citizen { trade: String }`,
  resolvers: { Deed: { holder: () => ({ __typename: 'Citizen', trade: 'tea' }) } },
};

describe('a provider that says another type of a value that somebody else has told of already', () => {
  const query =
    '{ deed { holder { __typename ... on Company { name trade } ... on Citizen { name trade } } } }';
  const answered = async (type: string) => {
    const answer = await federate({ deeds, trades }).ours(
      query,
      {},
      {
        tamper(subgraph, body) {
          if (subgraph !== 'trades') return { ok: true, body };
          return { ok: true, body: Buffer.from(body.toString().replaceAll('Citizen', type)) };
        },
      },
    );
    expect(answer.calls.map((one) => one.subgraph)).toEqual(['deeds', 'trades']);
    return answer;
  };

  test('is right where it says the same', async () => {
    const holder = { __typename: 'Citizen', name: 'a citizen', trade: 'tea' };
    expect(await answered('Citizen')).toMatchObject({ data: { deed: { holder } }, failures: [] });
  });

  test('does not make it what other rules hold for: what it sent is about something else', async () => {
    const holder = { __typename: 'Citizen', name: 'a citizen', trade: null };
    const failures = [{ code: 'PROVIDER_UNAVAILABLE', path: ['deed', 'holder', 'trade'] }];
    for (const type of ['Company', 'Deed', 'Nothing'])
      expect(await answered(type)).toMatchObject({ data: { deed: { holder } }, failures });
  });
});
