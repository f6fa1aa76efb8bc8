import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createPlanners,
  createPools,
  createProviderSockets,
  createUpstream,
  type Planners,
} from '../../gateway/broker/index.ts';
import { startOpenGateway } from '../../gateway/open.ts';
import { openPublication } from '../../gateway/registry/index.ts';
import { createServing } from '../../gateway/serving.ts';
import { createWorld, principal } from '../gateway/broker/world.ts';

/** A gateway whose thread that plans fails in every way in which a thread can; one provider, of which it is known what it was asked. */
const received: string[] = [];
const defects = new Map<string, string>();
let provider: Server;
let gateway: Awaited<ReturnType<typeof startOpenGateway>>;
let supergraphSdl = '';
const SOCKETS = { keepAliveMs: 1_000, eventBytes: 1_000 };
const program = new URL('./faulty-planning-thread.mjs', import.meta.url);

beforeAll(async () => {
  provider = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push(body);
      response.setHeader('content-type', 'application/json');
      const [, alias] = /(\w+):\s*name/.exec(JSON.parse(body).query) ?? [];
      response.end(JSON.stringify({ data: { shop: { [alias ?? 'name']: 'A' } } }));
    });
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const { port } = provider.address() as AddressInfo;
  const typeDefs = parse('type Query { shop(id: ID!): Shop } type Shop { id: ID! name: String }');
  const composed = composeServices([{ name: 'shops', url: `http://127.0.0.1:${port}`, typeDefs }]);
  supergraphSdl = composed.supergraphSdl ?? '';
  gateway = await startOpenGateway({
    supergraphSdl,
    port: 0,
    onDefect: (reference, error) => defects.set(reference, String(error)),
    planners: createPlanners({ program, planMs: 2_000, heapMb: 64 }),
  });
});
afterAll(async () => {
  await gateway.close();
  provider.close();
});

async function ask(alias: string) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: `{ shop(id: "1") { ${alias}: name } }` }),
  });
  const body = (await response.json()) as {
    data?: unknown;
    errors?: { message: string; extensions: { code: string; id: string } }[];
  };
  return { status: response.status, ...body };
}

describe('when the thread that plans', () => {
  it.each([
    ['exits', 'exitNow', 'has ended'],
    ['throws', 'crashNow', 'a defect'],
    ['does not come to an end', 'hangNow', 'not planned in time'],
    ['runs out of memory', 'memoryNow', 'memory'],
    ['says that there is no plan', 'refuseNow', 'no plan gives that'],
  ])(
    '%s, only that operation fails, by its code, and no provider is asked for it',
    async (what, alias, reason) => {
      const before = received.length;
      const others = ['before', 'beside', 'behind'].map((place) => `${place}_${alias}`);
      const [first = '', ...rest] = others;
      const [failed, ...answered] = await Promise.all([ask(alias), ask(first), ...rest.map(ask)]);
      const [error] = failed.errors ?? [];
      expect(failed).toMatchObject({
        status: 500,
        errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      });
      expect(failed.data ?? null).toBeNull();
      expect(error?.message).not.toContain(reason);
      expect(defects.get(error?.extensions.id ?? '')).toContain(reason);
      expect(answered.map(({ status, data }) => [status, data])).toEqual(
        others.map((name) => [200, { shop: { [name]: 'A' } }]),
      );
      expect(received).toHaveLength(before + others.length);
      expect(received.join()).not.toContain(alias.concat(': name'));
      expect(await ask(`after_${what.replaceAll(' ', '_')}`)).toMatchObject({ status: 200 });
    },
  );
});

describe('a planner in a thread', () => {
  let planners: Planners;
  beforeAll(() => {
    planners = createPlanners();
  });
  afterAll(() => planners.close());
  const document = parse('{ shop(id: "1") { name } }');

  it('tells those who wait that it is closed, and plans no more', async () => {
    const planner = await planners.open(supergraphSdl);
    expect(await planner.plan(document, 0)).toMatchObject({ kind: 'QueryPlan' });
    const waiting = planner.plan(document, 0);
    const told = expect(waiting).rejects.toThrow('closed');
    await planner.close();
    await told;
    await expect(planner.plan(document, 0)).rejects.toThrow('closed');
  });

  it('makes nobody wait for ever: what waits behind a hanging operation is told in time', async () => {
    const planner = await createPlanners({ program, planMs: 60_000, waitMs: 500 }).open(supergraphSdl);
    const all = [parse('{ shop(id: "1") { hangNow: name } }'), document, document, document].map((one) =>
      expect(planner.plan(one, 0)).rejects.toThrow('too long'),
    );
    await Promise.all(all);
    await planner.close();
  });

  it('belongs to one serving: it ends when that retires, but not before its requests have been answered', async () => {
    const { parts } = createWorld();
    const serving = await createServing(await openPublication(supergraphSdl), {
      broker: { ...parts, purposeByDefault: { use: 'WORK_REFERENCE', matter: 'm', onDenied: 'NULL' } },
      connect: (reachable) => ({
        upstream: createUpstream(reachable, {
          timeoutMs: 5_000,
          answerBytes: 1_000,
          pools: createPools({ connections: 1, timeoutMs: 5_000 }),
        }),
        sockets: createProviderSockets(reachable, { ...SOCKETS, timeoutMs: 5_000 }),
      }),
      planners,
      isTrusted: () => true,
      onCalled: () => undefined,
    });
    const answer = (alias: string) => {
      const admission = serving.broker.admit(`{ shop(id: "1") { ${alias}: name } }`, null);
      if (!admission.ok) throw new Error(JSON.stringify(admission.failures));
      return serving.broker.answer(admission.operation, {}, principal);
    };
    serving.enter();
    const retired = serving.retire();
    expect((await answer('inFlight')).data?.toString()).toBe('{"shop":{"inFlight":"A"}}');
    serving.leave();
    await retired;
    expect(await answer('afterwards')).toMatchObject({ failures: [{ code: 'INTERNAL_SERVER_ERROR' }] });
  });

  it('has the thread of one that was closed before, and plans over its own supergraph', async () => {
    const before = await planners.open(supergraphSdl);
    await before.close();
    const planner = await planners.open(supergraphSdl.replaceAll('name: String', 'title: String'));
    const plan = await planner.plan(parse('{ shop(id: "1") { title } }'), 0);
    expect(JSON.stringify(plan)).toContain('title');
    await expect(planner.plan(document, 0)).rejects.toThrow('name');
    await expect(before.plan(document, 0)).rejects.toThrow('closed');
    await planner.close();
  });

  it('is not had of a supergraph over which nothing can be planned', async () => {
    await expect(planners.open('type Query { a: Int }')).rejects.toThrow();
  });
});
