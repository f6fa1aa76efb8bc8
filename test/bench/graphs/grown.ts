import type { Graph, Member } from './graph.ts';

const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
  @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing"])
  @composeDirective(name: "@sharing")
`;
const FIELDS_OF_A_TYPE = 20;
/** One department of the demonstration answers for all of them. */
const DEPARTMENT = '11990101MB0000005M';

/**
 * A supergraph made to a size: one entity `Thing` to which every subgraph adds the field `value<n>`, and as many
 * other types as make up the number of fields.
 */
export function growGraph(subgraphs: number, fields: number): Graph {
  const types = Math.max(0, Math.round((fields - 2 * subgraphs) / FIELDS_OF_A_TYPE));
  const members = Array.from({ length: subgraphs }, (_, at): Member => {
    const own = Array.from({ length: types }, (_, n) => n).filter((n) => n % subgraphs === at);
    return { name: `part${at}`, department: DEPARTMENT, sdl: sdlOf(at, own) };
  });
  const thing = (id: unknown): object => ({
    __typename: 'Thing',
    id,
    ...Object.fromEntries(members.map((_, at) => [`value${at}`, `值${at} of ${String(id)}`])),
  });
  return {
    members,
    query: { thing: ({ id }) => thing(id) },
    entities: new Map([['Thing', ({ id }) => thing(id)]]),
  };
}

function sdlOf(at: number, types: readonly number[]): string {
  const roots = [
    ...(at === 0 ? ['thing(id: ID! @sharing(class: UNCONDITIONAL)): Thing'] : []),
    ...types.map((n) => `list${n}: [Type${n}!]`),
  ];
  const query =
    roots.length === 0 ? '' : `type Query @sharing(class: UNCONDITIONAL) {\n  ${roots.join('\n  ')}\n}\n`;
  const thing = `type Thing @key(fields: "id") @sharing(class: UNCONDITIONAL) {\n  id: ID!\n  value${at}: String!\n}\n`;
  return `${LINKS}${query}${thing}${types.map(typeOf).join('')}`;
}

function typeOf(n: number): string {
  const fields = Array.from({ length: FIELDS_OF_A_TYPE }, (_, at) => `  field${at}: String\n`).join('');
  return `type Type${n} @sharing(class: UNCONDITIONAL) {\n${fields}}\n`;
}
