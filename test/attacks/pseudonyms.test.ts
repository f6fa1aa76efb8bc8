import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONSUMER, type Custom, startCustom } from '../e2e/custom.ts';

const NUMBERS = ['n-1', 'n-2', 'n-3'];
const stubs = (ids: readonly string[]) => ids.map((no) => ({ __typename: 'Person', no }));

/** A department that gives pseudonyms; one that echoes what it is asked; and the consumer itself, which echoes as well. */
let custom: Custom;
beforeAll(async () => {
  const echo = (field: string) => ({
    sdl: `type Query { ${field}(ids: [ID!]! @sharing(class: UNCONDITIONAL)): [Person!]! @sharing(class: UNCONDITIONAL) }
      type Person @key(fields: "no") { no: ID! }`,
    resolvers: { Query: { [field]: (_: unknown, { ids }: { ids: string[] }) => stubs(ids) } },
  });
  custom = await startCustom({
    people: {
      sdl: `type Query { people: [Person!]! @sharing(class: UNCONDITIONAL) other: [Person!]! @sharing(class: UNCONDITIONAL) }
        type Person @key(fields: "no") @sharing(class: UNCONDITIONAL) {
          no: ID! @subject(kind: PERSON) @mask(rule: PSEUDONYM, for: [ADMINISTRATIVE_BASIS])
          card: String! @mask(rule: PSEUDONYM, for: [ADMINISTRATIVE_BASIS]) }`,
      resolvers: {
        Query: { people: () => stubs(NUMBERS), other: () => stubs(NUMBERS) },
        Person: {
          __resolveReference: ({ no }: { no: string }) => ({ __typename: 'Person', no }),
          card: ({ no }: { no: string }) => no,
        },
      },
    },
    colluding: { ...echo('echo'), department: '11990101MB0000011A' },
    own: { ...echo('mine'), department: CONSUMER },
  });
});
afterAll(() => custom.close());

test('nobody gets the pseudonyms of chosen values: not from an echo of another department, not from his own', async () => {
  const query = `query ($ids: [ID!]!) { people { no card } other { no } echo(ids: $ids) { no } mine(ids: $ids) { no } }`;
  for (const door of ['first', 'warm']) {
    const selection = query.replace('query ($ids: [ID!]!) ', `# ${door}\n`);
    const { data, errors } = await custom.ask(selection, { ids: NUMBERS }, '($ids: [ID!]!)');
    expect(errors).toEqual([]);
    const of = (rows: readonly Record<string, string>[], field = 'no'): unknown[] =>
      rows.map((one) => one[field]);
    const given = of(data.people);
    expect(new Set(given).size).toBe(3);
    expect(of(data.other)).toEqual(given); // One item of one source stays one.
    for (const others of [of(data.echo), of(data.people, 'card')]) {
      expect(new Set(others).size).toBe(3);
      for (const one of others) expect(given).not.toContain(one);
    }
    expect(of(data.mine)).toEqual(['***', '***', '***']);
    expect(JSON.stringify(data)).not.toMatch(/n-[123]/);
  }
});
