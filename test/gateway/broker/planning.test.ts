import { beforeEach, describe, expect, test } from 'vitest';
import { type Broker, createBroker, createEngine } from '../../../gateway/broker/index.ts';
import { planInProcess } from '../../../gateway/broker/plan/in-process.ts';
import type { Planner } from '../../../gateway/broker/plan/planner.ts';
import { createWorld, principal, type World } from './world.ts';

/** A broker whose plans are held back until they are let go, as those of another thread come later. */
let world: World;
let broker: Broker;
let letGo: (() => void)[];
let calls: string[];
let planned: number;
let fails: boolean;
beforeEach(async () => {
  world = createWorld();
  letGo = [];
  calls = [];
  planned = 0;
  fails = false;
  const { publication } = world.parts;
  const inner = planInProcess(publication.supergraphSdl);
  const planner: Planner = {
    ...inner,
    async plan(document, draw) {
      planned++;
      await new Promise<void>((resolve) => letGo.push(resolve));
      if (fails) throw new Error('the thread that plans has ended');
      return inner.plan(document, draw);
    },
  };
  broker = createBroker({
    ...world.parts,
    engine: createEngine(publication, planner),
    purposeByDefault: { use: 'WORK_REFERENCE', matter: 'm', onDenied: 'NULL' },
    async ask({ body }) {
      calls.push(String(body));
      return { ok: true, body: Buffer.from('{"data":{"shop":{"name":"A"},"closeShop":{"name":"A"}}}') };
    },
  });
});

function ask(query: string) {
  const admission = broker.admit(query, null);
  if (!admission.ok) throw new Error(JSON.stringify(admission.failures));
  return broker.answer(admission.operation, {}, principal);
}
const data = ({ data }: Awaited<ReturnType<typeof ask>>): unknown => data && JSON.parse(data.toString());
const codes = ({ failures }: Awaited<ReturnType<typeof ask>>): string[] => failures.map(({ code }) => code);
const go = (): void => {
  for (const one of letGo.splice(0)) one();
};
const SHOP = '{ shop(id: "1") { name } }';

describe('an operation that is planned elsewhere', () => {
  test('is planned once for all who ask it at the same time, and then never again', async () => {
    const asked = [ask(SHOP), ask(SHOP), ask(SHOP)];
    go();
    for (const answer of await Promise.all(asked)) expect(data(answer)).toEqual({ shop: { name: 'A' } });
    expect(data(await ask(SHOP))).toEqual({ shop: { name: 'A' } });
    expect([planned, calls.length]).toEqual([1, 4]);
  });

  test('once it is planned, is decided on without waiting: its provider is asked at once', async () => {
    const first = ask(SHOP);
    go();
    await first;
    const second = ask(SHOP);
    expect(calls).toHaveLength(2);
    await second;
  });

  test('is refused when there is no plan, on record; nobody is asked, and the next request is planned anew', async () => {
    fails = true;
    const failing = [ask(SHOP), ask(SHOP)];
    go();
    for (const answer of await Promise.all(failing)) {
      expect(codes(answer)).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(answer.data).toBeUndefined();
    }
    expect(world.records.map(({ errors }) => errors)).toEqual([
      ['INTERNAL_SERVER_ERROR'],
      ['INTERNAL_SERVER_ERROR'],
    ]);
    expect(calls).toEqual([]);
    fails = false;
    const next = ask(SHOP);
    go();
    expect(data(await next)).toEqual({ shop: { name: 'A' } });
  });

  test('is decided on again when a grant is revoked meanwhile: nothing is sent under rights that have ended', async () => {
    const mutation = ask('mutation { closeShop(id: "1") { name } }');
    world.change('Mutation.closeShop');
    go();
    await new Promise((resolve) => setImmediate(resolve));
    go();
    expect(codes(await mutation)).toEqual(['GRANT_REQUIRED']);
    expect(calls).toEqual([]);
  });

  test('is made ready before it is asked by whoever has asked it of the publication before', async () => {
    const warmed = broker.warm(SHOP, null, principal);
    go();
    await warmed;
    expect(data(await ask(SHOP))).toEqual({ shop: { name: 'A' } });
    expect(planned).toBe(1);
  });
});
