import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { execute, type GraphQLFieldResolver, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { federate, type Member } from './harness.ts';

/** `LIANCHA_RUNS=10000` for a long run. A failure prints its seed and the shrunk supergraph. */
const RUNS = Number(process.env.LIANCHA_RUNS ?? 80);
/** What `npm test` runs is the same each time; a long run draws its own seed. */
const SEED = 20_261_124;
const TYPES = ['A', 'B', 'C'] as const;
const SUBGRAPHS = ['s0', 's1', 's2'] as const;

interface FieldSpec {
  readonly on: number;
  readonly kind: 'scalar' | 'one' | 'list' | 'grid';
  readonly target: number;
  readonly owner: number;
  /** A second subgraph that resolves the field as well (@shareable). */
  readonly also: number | null;
  readonly isNonNull: boolean;
  /** Index of a scalar field of the same type that it is computed from (@requires), if that is another subgraph's. */
  readonly requires: number | null;
}

const field: fc.Arbitrary<FieldSpec> = fc.record({
  on: fc.nat({ max: 2 }),
  kind: fc.constantFrom('scalar', 'scalar', 'one', 'list', 'grid'),
  target: fc.nat({ max: 2 }),
  owner: fc.nat({ max: 2 }),
  also: fc.option(fc.nat({ max: 2 })),
  isNonNull: fc.boolean(),
  requires: fc.option(fc.nat({ max: 11 })),
});
const root = fc.record({ target: fc.nat({ max: 2 }), owner: fc.nat({ max: 2 }), isList: fc.boolean() });
const spec = fc.record({
  fields: fc.array(field, { minLength: 3, maxLength: 12 }),
  roots: fc.array(root, { minLength: 1, maxLength: 3 }),
});
type Spec = typeof spec extends fc.Arbitrary<infer T> ? T : never;

const hash = (...parts: unknown[]): number => {
  let value = 7;
  for (const char of parts.join('/')) value = (value * 31 + char.charCodeAt(0)) % 1_000_003;
  return value;
};
const entity = (type: number, id: number) => ({ __typename: TYPES[type], id: String(id) });

/** The value of a field, the same in every subgraph. */
function fieldValue(one: FieldSpec, index: number, id: string): unknown {
  const seed = hash(index, id);
  if (!one.isNonNull && seed % 5 === 0) return null;
  if (one.kind === 'scalar') return `${TYPES[one.on]}${id}.f${index}`;
  if (one.kind === 'one') return entity(one.target, seed % 4);
  const list = Array.from({ length: seed % 4 }, (_, at) =>
    seed % 7 === at ? null : entity(one.target, (seed + at) % 4),
  );
  return one.kind === 'list' ? list : [list, null, [entity(one.target, seed % 3)]];
}

function typeText(one: FieldSpec): string {
  const target = TYPES[one.target];
  const base = { scalar: 'String', one: target, list: `[${target}]`, grid: `[[${target}]]` }[one.kind];
  return `${base}${one.isNonNull ? '!' : ''}`;
}

/** The scalar field that a field requires, if the requirement makes sense. */
function requiredBy({ fields }: Spec, one: FieldSpec): number | null {
  const other = one.requires === null ? undefined : fields[one.requires];
  const isPossible =
    other &&
    one.kind === 'scalar' &&
    other.kind === 'scalar' &&
    other.on === one.on &&
    other.requires === null;
  return isPossible && other.owner !== one.owner && other.also !== one.owner && one.also === null
    ? one.requires
    : null;
}

function membersOf(spec: Spec): Record<string, Member> {
  const members: Record<string, Member> = {};
  for (const [at, name] of SUBGRAPHS.entries()) {
    const lines = new Map<number, string[]>();
    const resolvers: Record<string, Record<string, unknown>> = {};
    const declare = (type: number): string[] => {
      const known = lines.get(type) ?? [];
      lines.set(type, known);
      return known;
    };
    for (const [index, one] of spec.fields.entries()) {
      const shared = one.also !== null && one.also !== one.owner;
      if (one.owner !== at && !(shared && one.also === at)) continue;
      if (one.kind !== 'scalar') declare(one.target);
      const required = requiredBy(spec, one);
      const type = TYPES[one.on] ?? '';
      const own = declare(one.on);
      if (required !== null)
        own.push(`f${required}: ${typeText(spec.fields[required] as FieldSpec)} @external`);
      const directives = `${shared ? '@shareable' : ''} ${required === null ? '' : `@requires(fields: "f${required}")`}`;
      own.push(`f${index}: ${typeText(one)} ${directives}`);
      resolvers[type] ??= { __resolveReference: (reference: object) => reference };
      resolvers[type][`f${index}`] = (parent: { id: string } & Record<string, unknown>) =>
        required === null ? fieldValue(one, index, parent.id) : `${parent.id}<${parent[`f${required}`]}>`;
    }
    const roots: string[] = [];
    for (const [index, one] of spec.roots.entries()) {
      if (one.owner !== at) continue;
      declare(one.target);
      roots.push(`r${index}: ${one.isList ? `[${TYPES[one.target]}!]` : TYPES[one.target]}`);
      resolvers.Query ??= {};
      resolvers.Query[`r${index}`] = () =>
        one.isList ? [0, 1, 2].map((id) => entity(one.target, id)) : entity(one.target, 1);
    }
    const types = [...lines].map(
      ([type, own]) => `type ${TYPES[type]} @key(fields: "id") { id: ID! ${[...new Set(own)].join(' ')} }`,
    );
    const query = roots.length > 0 ? `type Query { ${roots.join(' ')} }` : '';
    if (types.length > 0)
      members[name] = { sdl: `${query} ${types.join(' ')}`, resolvers: resolvers as never };
  }
  return members;
}

/** Writes an operation by the numbers of a tape. */
function writeOperation({ fields, roots }: Spec, tape: readonly number[]): string {
  let at = 0;
  const draw = (below: number): number => (tape[at++ % tape.length] ?? 0) % below;
  const condition = (): string =>
    ['', '', '', ' @include(if: $on)', ' @skip(if: $on)', ' @skip(if: $off)'][draw(6)] ?? '';
  const set = (type: number, depth: number): string => {
    const own = [...fields.entries()].filter(
      ([, one]) => one.on === type && (depth > 0 || one.kind === 'scalar'),
    );
    const parts = ['id', '__typename', 'id'].slice(0, draw(3));
    for (let count = 1 + draw(4); count > 0 && own.length > 0; count--) {
      const [index, one] = own[draw(own.length)] as [number, FieldSpec];
      const alias = draw(4) === 0 ? `x${index}: ` : '';
      const text = `${alias}f${index}${condition()}${one.kind === 'scalar' ? '' : ` ${set(one.target, depth - 1)}`}`;
      parts.push(draw(5) === 0 ? `... on ${TYPES[type]}${condition()} { ${text} }` : text);
    }
    return `{ ${parts.length > 0 ? parts.join(' ') : 'id'} }`;
  };
  const selections = roots
    .map((one, index) => `${draw(3) === 0 ? 'y: ' : ''}r${index} ${set(one.target, 3)}`)
    .slice(0, 1 + draw(3));
  const unique = selections.filter(
    (one, index) =>
      !one.startsWith('y:') || selections.findIndex((other) => other.startsWith('y:')) === index,
  );
  const text = unique.join(' ');
  const declared = ['on', 'off']
    .filter((name) => text.includes(`$${name})`))
    .map((name) => `$${name}: Boolean!`);
  return `query ${declared.length > 0 ? `(${declared.join(', ')})` : ''} { ${text} }`;
}

describe('generated supergraphs', () => {
  it('answer as graphql-js does over the merged schema', async () => {
    // The reference is graphql-js; @apollo/gateway is asked as well, and is not always right (docs/conformance.md).
    let [compared, differing] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        spec,
        fc.array(fc.nat({ max: 10_000 }), { minLength: 30, maxLength: 60 }),
        fc.boolean(),
        async (one, tape, on) => {
          const members = membersOf(one);
          fc.pre(one.roots.every((each) => SUBGRAPHS[each.owner] !== undefined));
          const fed = federate(members);
          const query = writeOperation(one, tape);
          const variables = { on, off: false };
          const used = Object.fromEntries(
            Object.entries(variables).filter(([name]) => query.includes(`$${name}:`)),
          );
          const resolve: GraphQLFieldResolver<Record<string, unknown>, unknown> = (parent, _, __, info) => {
            const name = info.fieldName;
            if (!/^[fr]\d/.test(name)) return parent[name];
            const index = Number(name.slice(1));
            if (name.startsWith('r')) {
              const each = one.roots[index] as Spec['roots'][number];
              return each.isList ? [0, 1, 2].map((id) => entity(each.target, id)) : entity(each.target, 1);
            }
            const each = one.fields[index] as FieldSpec;
            const required = requiredBy(one, each);
            const id = String(parent.id);
            if (required === null) return fieldValue(each, index, id);
            return `${id}<${fieldValue(one.fields[required] as FieldSpec, required, id)}>`;
          };
          const plain = await execute({
            schema: fed.schema,
            document: parse(query),
            variableValues: variables,
            rootValue: {},
            fieldResolver: resolve,
          });
          if (plain.errors && !plain.data)
            throw new Error(`the reference fails: ${plain.errors[0]?.message}`);
          const ours = await fed.ours(query, variables);
          expect(ours.data).toEqual(JSON.parse(JSON.stringify(plain.data)));
          if (hash(query) % 4 !== 0) return;
          compared++;
          if (!isDeepStrictEqual((await fed.theirs(query, used)).data, ours.data)) differing++;
        },
      ),
      { numRuns: RUNS, ...(process.env.LIANCHA_RUNS === undefined && { seed: SEED }) },
    );
    process.stdout.write(
      `@apollo/gateway differs from graphql-js in ${differing} of ${compared} operations, Liancha in none\n`,
    );
  }, 1_200_000);
});
