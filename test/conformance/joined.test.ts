import { describe, expect, it } from 'vitest';
import { federate } from './harness.ts';

const PEOPLE = ['0', '1', '2', '3'].map((id) => ({ id, name: `name ${id}`, nick: `nick ${id}` }));
const person = (id: string) => ({ __typename: 'Person', id });
const next = (id: string) => person(String((Number(id) + 1) % PEOPLE.length));

/** Names are asked of `people` again from two other subgraphs, which are asked at the same time. */
const federation = federate({
  people: {
    sdl: `type Query { people: [Person!]! } type Person @key(fields: "id") { id: ID! name: String nick(loud: Boolean): String }`,
    resolvers: {
      Query: { people: () => PEOPLE },
      Person: {
        __resolveReference: ({ id }: { id: string }) => PEOPLE.find((one) => one.id === id),
        nick: ({ nick }: { nick: string }, { loud }: { loud?: boolean }) =>
          loud ? nick.toUpperCase() : nick,
      },
    },
  },
  homes: {
    sdl: `type Person @key(fields: "id") { id: ID! home: Home } type Home { owner: Person! }`,
    resolvers: {
      Person: { __resolveReference: person0, home: ({ id }: { id: string }) => ({ owner: next(id) }) },
    },
  },
  jobs: {
    sdl: `type Person @key(fields: "id") { id: ID! job: Job } type Job { boss: Person! }`,
    resolvers: { Person: { __resolveReference: person0, job: () => ({ boss: person('0') }) } },
  },
});

function person0(reference: { id: string }) {
  return reference;
}

const bodiesTo = (calls: readonly { subgraph: string; body: string }[], subgraph: string) =>
  calls.filter((one) => one.subgraph === subgraph).map((one) => JSON.parse(one.body));

describe('entities that several fetches ask of one subgraph at one time', () => {
  const query = `query ($loud: Boolean, $representations0: Boolean = false) {
    people { home { owner { name } } job { boss { name nick(loud: $loud) again: nick(loud: $representations0) } } } }`;

  it('are asked in one request, each entity once', async () => {
    const { data, failures, calls } = await federation.ours(query, { loud: true, representations0: false });
    expect(failures).toEqual([]);
    expect(data).toEqual((await federation.theirs(query, { loud: true })).data);
    expect(calls.map((one) => one.subgraph).sort()).toEqual(['homes', 'jobs', 'people', 'people']);
    const { variables } = bodiesTo(calls, 'people')[1];
    const lists = Object.values(variables).filter(Array.isArray);
    expect(lists.map((one) => one.length).sort()).toEqual([1, 4]); // Everybody owns a home; all have one boss.
  });

  it('are asked apart where only one of the fetches has something to ask', async () => {
    const conditional =
      'query ($h: Boolean!) { people { home @include(if: $h) { owner { name } } job { boss { nick } } } }';
    for (const h of [true, false]) {
      const { data, calls } = await federation.ours(conditional, { h });
      expect(data).toEqual((await federation.theirs(conditional, { h })).data);
      const asked = bodiesTo(calls, 'people')[1];
      expect(Object.keys(asked.variables)).toHaveLength(h ? 2 : 1);
    }
  });

  it('are one list where they are asked the same', async () => {
    const same = '{ people { home { owner { name } } job { boss { name } } } }';
    const { data, calls } = await federation.ours(same);
    expect(data).toEqual((await federation.theirs(same)).data);
    expect(bodiesTo(calls, 'people')[1].variables.representations).toHaveLength(4);
  });

  it('have their errors at their own places', async () => {
    const { data, failures } = await federation.ours(
      query,
      { loud: true },
      {
        tamper: (subgraph, body) => {
          const answer = JSON.parse(String(body));
          const key = Object.keys(answer.data).find((one) => answer.data[one][0]?.nick !== undefined);
          if (subgraph !== 'people' || !key?.startsWith('_')) return { ok: true, body };
          answer.data[key][0].nick = null;
          answer.errors = [{ message: 'no', path: [key, 0, 'nick'] }];
          return { ok: true, body: Buffer.from(JSON.stringify(answer)) };
        },
      },
    );
    expect(data).toMatchObject({
      people: [{ home: { owner: { name: 'name 1' } }, job: { boss: { nick: null } } }, {}, {}, {}],
    });
    expect(failures.map((one) => one.path)).toEqual(
      [0, 1, 2, 3].map((at) => ['people', at, 'job', 'boss', 'nick']),
    );
  });

  it('lose only what that request was to bring when its answer is of the wrong length', async () => {
    const { data, failures } = await federation.ours(
      query,
      {},
      {
        tamper: (subgraph, body) => {
          const answer = JSON.parse(String(body));
          if (subgraph === 'people' && answer.data._0) answer.data._0.push(null);
          return { ok: true, body: Buffer.from(JSON.stringify(answer)) };
        },
      },
    );
    const brought = JSON.stringify(data);
    expect(
      [brought.includes('"owner":{"name":null}'), brought.includes('"boss":{"name":null')].sort(),
    ).toEqual([false, true]);
    expect(failures.length).toBeGreaterThan(0);
  });
});
