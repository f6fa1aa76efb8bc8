import { describe, expect, it } from 'vitest';
import { federate } from '../harness.ts';

const federation = federate({
  rules: {
    sdl: `
      type Query { cases: [Case!]! }
      type Case @key(fields: "id") @context(name: "case") { id: ID! region: String! records: [Record!]! }
      type Record @key(fields: "id") { id: ID! shown(region: String @fromContext(field: "$case { region }")): String! }
    `,
    resolvers: {
      Query: {
        cases: () => [
          { id: '1', region: 'north' },
          { id: '2', region: 'south' },
        ],
      },
      Case: {
        __resolveReference: (key: object) => key,
        records: ({ id }: { id: string }) => [{ id: `${id}a` }, { id: `${id}b` }],
      },
      Record: {
        __resolveReference: (key: object) => key,
        shown: ({ id }: { id: string }, { region }: { region: string }) => `${id} in ${region}`,
      },
    },
  },
  other: { sdl: 'type Query { ping: Int } type Record @key(fields: "id") { id: ID! size: Int }' },
});

const QUERY = '{ cases { records { shown } } }';

describe('@context and @fromContext', () => {
  it('takes an argument from the object above', async () => {
    const { data, failures } = await federation.ours(QUERY);
    expect(failures).toEqual([]);
    expect(await federation.plain(QUERY)).toEqual({ data });
    expect(data).toEqual({
      cases: [
        { records: [{ shown: '1a in north' }, { shown: '1b in north' }] },
        { records: [{ shown: '2a in south' }, { shown: '2b in south' }] },
      ],
    });
  });
});
