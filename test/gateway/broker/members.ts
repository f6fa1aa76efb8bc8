import { readFileSync } from 'node:fs';
import { graphql, parse } from 'graphql';
import { createBroker, createEngine, formatFailure } from '../../../gateway/broker/index.ts';
import { planInProcess } from '../../../gateway/broker/plan/in-process.ts';
import type { Disclosure } from '../../../gateway/ledger/index.ts';
import { createPolicy, type Grant } from '../../../gateway/policy/index.ts';
import { revivePublication, type Subgraph } from '../../../gateway/registry/index.ts';
import { preparePublication } from '../../../gateway/registry/prepare.ts';
import { createSources } from '../../../gateway/registry/sources.ts';
import type { DepartmentCode, GrantId, Principal } from '../../../gateway/words.ts';
import { buildSubgraph } from '../../../subgraphs/kit/schema.ts';
import { CONSUMER, LINKS, type Member, PROVIDER } from '../../e2e/custom.ts';
import { createWorld } from './world.ts';

const SPECIFICATION = readFileSync('schema/sharing.graphql', 'utf8');
const ASKER: Principal = {
  department: CONSUMER as DepartmentCode,
  departmentName: 'consumer',
  roles: ['CONSUMER'],
  operator: 'test',
  zone: 'EXTRANET',
};

/** What a provider was asked, with what its assertion says of it. */
export interface Received {
  readonly provider: string;
  readonly query: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into requests of every shape
  readonly variables: any;
  readonly sent: readonly string[];
}

/** A federation of a test's own in this process: everything is real but the wire. `held` are granted coordinates by department. */
export function openMembers(
  members: Readonly<Record<string, Member>>,
  held: Readonly<Record<string, readonly string[]>> = {},
) {
  const subgraphs = Object.entries(members).map(([name, { sdl, department = PROVIDER }]): Subgraph => {
    const provider = { code: department as DepartmentCode, name: `department of ${name}` };
    return { name, url: `http://${name}.example/`, sdl: LINKS + sdl, provider };
  });
  const result = preparePublication(subgraphs, createSources(SPECIFICATION));
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  const { consumerSdl } = result.prepared;
  const publication = revivePublication({ ...result.prepared, definitions: parse(consumerSdl).definitions });
  const schemas = new Map(
    Object.entries(members).map(([name, { sdl, resolvers }]) => [
      name,
      buildSubgraph(LINKS + sdl, resolvers),
    ]),
  );
  let grants = grantsOf(held);
  const listeners = new Set<() => void>();
  const policy = createPolicy({
    folder: 'policies',
    grants: {
      current: () => grants,
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close: () => undefined,
    },
    zone: 'EXTRANET',
    now: () => 1,
  });
  const world = createWorld();
  const received: Received[] = [];
  const broker = createBroker({
    ...world.parts,
    publication,
    policy,
    engine: createEngine(publication, planInProcess(publication.supergraphSdl)),
    async ask({ subgraph, body, sent }) {
      const { query, variables } = JSON.parse(String(body));
      received.push({ provider: subgraph, query, variables, sent });
      const schema = schemas.get(subgraph);
      if (!schema) throw new Error(`no subgraph ${subgraph}`);
      const answer = await graphql({ schema, source: query, variableValues: variables });
      return { ok: true, body: Buffer.from(JSON.stringify(answer)) };
    },
  });
  return {
    received,
    records: world.records satisfies Disclosure[],
    broker,
    async ask(selection: string, variables: Record<string, unknown> = {}, declared = '') {
      const query = `query ${declared} @purpose(use: ADMINISTRATIVE_BASIS, matter: "m") ${selection}`;
      const admitted = broker.admit(query, null);
      if (!admitted.ok) throw new Error(JSON.stringify(admitted));
      const { data, failures } = await broker.answer(admitted.operation, variables, ASKER);
      // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
      const read: any = data && JSON.parse(data.toString('utf8'));
      return { data: read, errors: failures.map((one) => formatFailure(one, 'en')) };
    },
    /** Grants from now on. */
    grant(now: Readonly<Record<string, readonly string[]>>) {
      grants = grantsOf(now);
      for (const listener of listeners) listener();
    },
  };
}

function grantsOf(held: Readonly<Record<string, readonly string[]>>): Grant[] {
  return Object.entries(held).map(([department, coordinates], index) => ({
    id: `G-2026-000${index + 1}` as GrantId,
    department: department as DepartmentCode,
    coordinates,
    uses: ['ADMINISTRATIVE_BASIS'],
    validFrom: 0,
    validUntil: 2,
    scope: [],
    masks: new Map(),
    quotaPerDay: null,
    contact: null,
  }));
}
