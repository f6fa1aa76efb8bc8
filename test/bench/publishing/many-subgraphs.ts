/** What a generated subgraph is made of; it passes every check of the law. */
export interface GeneratedSubgraph {
  readonly name: string;
  readonly sdl: string;
}

const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
  @link(
    url: "https://liancha.example/sharing/v1.0"
    import: ["@sharing", "@resource", "@item", "@subject", "@mask", "@authoritative"]
  )
  @composeDirective(name: "@sharing")
  @composeDirective(name: "@resource")
  @composeDirective(name: "@item")
`;

/**
 * A supergraph as a large city has it: `count` subgraphs with `fields` item fields in all. Each has entities of its own, which
 * point to one of the next department's, and adds items to the one entity that all share.
 */
export function manySubgraphs(count: number, fields: number): GeneratedSubgraph[] {
  const perType = 20;
  const types = Math.max(1, Math.round(fields / count / perType) - 1);
  return Array.from({ length: count }, (_, number) => ({
    name: `department-${number}`,
    sdl: LINKS + subgraphOf(number, count, types, perType),
  }));
}

function subgraphOf(number: number, count: number, types: number, perType: number): string {
  const entities = Array.from({ length: types }, (_, index) => entityOf(number, count, index, perType));
  const items = Array.from({ length: perType }, (_, index) => item(`d${number}Item${index}`, index)).join(
    '\n',
  );
  const roots = Array.from(
    { length: types },
    (_, index) =>
      `  d${number}t${index}(id: ID! @sharing(class: UNCONDITIONAL)): D${number}T${index} @sharing(class: UNCONDITIONAL)`,
  );
  return `
type Query {
${roots.join('\n')}
}
type Citizen @key(fields: "idNumber") ${resource(`部门${number}居民信息`)} {
  idNumber: ID! @sharing(class: UNCONDITIONAL)
${items}
}
${entities.join('\n')}`;
}

function entityOf(number: number, count: number, index: number, perType: number): string {
  const next = `D${(number + 1) % count}T${index}`;
  const fields = Array.from({ length: perType - 2 }, (_, field) => item(`field${field}`, field));
  return `type D${number}T${index} @key(fields: "id") ${resource(`部门${number}资源${index}`)} {
  id: ID! @sharing(class: UNCONDITIONAL) @item(name: "编号", type: C, length: 32)
  citizen: Citizen @sharing(class: UNCONDITIONAL) @item(name: "居民", type: G)
  next: ${next} @sharing(class: UNCONDITIONAL) @item(name: "关联", type: G)
${fields.join('\n')}
}
type ${next} @key(fields: "id", resolvable: false) { id: ID! @sharing(class: UNCONDITIONAL) }`;
}

function item(name: string, index: number): string {
  const type = index % 3 === 0 ? 'Int' : 'String';
  const kind = type === 'Int' ? 'type: I' : 'type: C, length: 64';
  const sharing = index % 4 === 3 ? 'class: CONDITIONAL, condition: "依职责"' : 'class: UNCONDITIONAL';
  return `  ${name}: ${type} @sharing(${sharing}) @item(name: "信息项${index}", ${kind})`;
}

function resource(name: string): string {
  return `@resource(name: "${name}", classification: "3/部门", abstract: "${name}", format: DATABASE, methods: [ONLINE_QUERY], updatePeriod: DAILY)`;
}
