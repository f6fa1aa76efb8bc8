import { beforeEach, expect, test } from 'vitest';
import { type Broker, createBroker } from '../../../gateway/broker/index.ts';
import { openOperation } from '../../../gateway/http/subscriptions/open-operation.ts';
import { createWorld, principal, push, type World } from '../broker/world.ts';

const purposeByDefault = { use: 'WORK_REFERENCE', matter: 'm', onDenied: 'NULL' } as const;
const authenticated = { ok: true, principal, expires: 1_000 } as const;
const caller = { authorization: 'Bearer x', authenticated, mayChange: true };
const asked = {
  query: 'subscription { shopChanged(id: "1") { name score } }',
  operationName: null,
  variables: {},
};

let before: World;
let after: World;
let live: Broker;
beforeEach(() => {
  [before, after] = [createWorld(), createWorld()];
  live = brokerOf(before);
});

const brokerOf = (world: World): Broker => createBroker({ ...world.parts, purposeByDefault });

async function open() {
  const opened = await openOperation(
    {
      gatekeeper: { admit: () => authenticated, identify: () => authenticated },
      service: () => ({ broker: live, enter: () => undefined, leave: () => undefined }),
      observer: { opened: () => () => undefined, answered: () => undefined },
    },
    caller,
    asked,
  );
  if (opened.kind !== 'streaming') throw new Error(JSON.stringify(opened.answer));
  return opened.answers;
}

/** Another publication goes live: first for new requests, then the old one's are ended. */
async function replace(next: Broker): Promise<void> {
  const old = live;
  live = next;
  await old.subscriptions.endAll('REPLACED');
}

test('when another publication goes live, a stream goes on under it, decided and recorded anew', async () => {
  const answers = await open();
  push(before, { name: 'A', score: 1 });
  expect(String((await answers.next()).value?.data)).toContain('"score":1');
  const waiting = answers.next();
  after.denied = new Set(['Shop.score']);
  await replace(brokerOf(after));
  await expect.poll(() => after.heard.length).toBe(1);
  expect(before.heard[0]?.isOpen).toBe(false);
  push(before, { name: 'old', score: 2 }, 0);
  push(after, { name: 'B', score: 3 });
  const { value } = await waiting;
  expect(JSON.parse(String(value?.data))).toEqual({ shopChanged: { name: 'B', score: null } });
  expect(before.records.map(({ subscription }) => subscription?.part)).toEqual(['START', 'EVENT', 'END']);
  expect(after.records.map(({ subscription }) => subscription?.part)).toEqual(['START', 'EVENT']);
  await answers.return();
  await expect.poll(() => after.heard[0]?.isOpen).toBe(false);
});

test('when it may not go on under the new publication, the stream says why and is over', async () => {
  const answers = await open();
  after.denied = new Set(['Subscription.shopChanged']);
  const waiting = answers.next();
  await replace(brokerOf(after));
  const { value } = await waiting;
  expect(value?.failures.map((one) => one.code)).toEqual(['GRANT_REQUIRED']);
  expect(value?.data).toBeUndefined();
  expect(await answers.next()).toEqual({ done: true, value: undefined });
});

test('a consumer that leaves while its stream is opened anew holds nothing open', async () => {
  const answers = await open();
  const waiting = answers.next();
  const replaced = replace(brokerOf(after));
  await answers.return();
  await replaced;
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(after.heard.filter((one) => one.isOpen)).toEqual([]);
});
