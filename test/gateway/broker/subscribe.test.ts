import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, createBroker, type Subscriber } from '../../../gateway/broker/index.ts';
import type { ErrorCode } from '../../../gateway/errors.ts';
import { createWorld, push as pushAt, subscriber, type World } from './world.ts';

type OnDenied = 'NULL' | 'REJECT';

let world: World;
beforeEach(() => {
  world = createWorld();
});

interface Options {
  readonly onDenied?: OnDenied;
  readonly who?: Subscriber;
}

async function open(selection: string, { onDenied = 'NULL', who = subscriber }: Options = {}) {
  const purposeByDefault = { use: 'WORK_REFERENCE' as const, matter: 'm', onDenied };
  const broker = createBroker({ ...world.parts, purposeByDefault });
  const admission = broker.admit(`subscription { shopChanged(id: "1") { ${selection} } }`, null);
  if (!admission.ok) throw new Error(JSON.stringify(admission));
  return { broker, opened: await broker.subscriptions.open(admission.operation, {}, who) };
}

async function running(selection: string, options: Options = {}) {
  const { broker, opened } = await open(selection, options);
  if (!opened.ok) throw new Error(JSON.stringify(opened.answer));
  return { broker, subscription: opened.subscription, answers: opened.subscription.answers };
}

const push = (shop: object | null, at?: number): void => pushAt(world, shop, at);

async function next(answers: AsyncGenerator<Answer, void>) {
  const { value } = await answers.next();
  if (!value) return null;
  const data = value.data ? JSON.parse(value.data.toString()).shopChanged : undefined;
  return { data, codes: value.failures.map((one): ErrorCode => one.code) };
}

const parts = () =>
  world.records.map(({ subscription, errors }) => [subscription?.part, subscription?.reason, ...errors]);
const asked = () => world.heard.map(({ question }) => JSON.parse(String(question.body)).query);

describe('each event', () => {
  test('is an answer of its own, and on record before it is given', async () => {
    const { answers } = await running('name score');
    push({ name: 'A', score: 1 });
    expect(await next(answers)).toEqual({ data: { name: 'A', score: 1 }, codes: [] });
    expect(parts()).toEqual([
      ['START', undefined],
      ['EVENT', undefined],
    ]);
    await answers.return();
    expect(await next(answers)).toBeNull();
    await expect.poll(parts).toContainEqual(['END', 'CANCELLED']);
    expect(world.heard[0]?.isOpen).toBe(false);
    expect(new Set(world.records.map(({ subscription }) => subscription?.id)).size).toBe(1);
  });

  test('brings along what another subgraph adds', async () => {
    const { answers } = await running('name licence');
    push({ __typename: 'Shop', id: '1', name: 'A' });
    expect(await next(answers)).toEqual({ data: { name: 'A', licence: 'L' }, codes: [] });
    expect(world.records[1]?.providers.map(({ subgraph }) => subgraph).sort()).toEqual(['licences', 'shops']);
  });

  test('comes in its turn, and before the end that the provider has announced', async () => {
    const { answers } = await running('name');
    push({ name: 'A' });
    push({ name: 'B' });
    world.heard[0]?.listener.end(null);
    expect([await next(answers), await next(answers), await next(answers)]).toEqual([
      { data: { name: 'A' }, codes: [] },
      { data: { name: 'B' }, codes: [] },
      null,
    ]);
    expect(parts().at(-1)).toEqual(['END', 'COMPLETED']);
  });

  test('that cannot be recorded is not given, and is the last', async () => {
    const { answers } = await running('name');
    world.isLedgerDown = true;
    push({ name: 'A' });
    expect(await next(answers)).toEqual({ data: undefined, codes: ['LEDGER_UNAVAILABLE'] });
    expect(await next(answers)).toBeNull();
    expect(world.heard[0]?.isOpen).toBe(false);
  });
});

describe('when a right ends', () => {
  test('what came before and waits is shown without it, and the provider is asked anew, without it', async () => {
    const { answers } = await running('name score');
    push({ name: 'A', score: 1 });
    world.change('Shop.score');
    expect(world.heard[0]?.isOpen).toBe(false); // at once, not when the consumer next asks
    expect(await next(answers)).toEqual({ data: { name: 'A', score: null }, codes: ['GRANT_REQUIRED'] });
    expect(asked()).toEqual([expect.stringContaining('score'), expect.not.stringContaining('score')]);
    push({ name: 'B', score: 2 });
    expect(await next(answers)).toEqual({ data: { name: 'B', score: null }, codes: ['GRANT_REQUIRED'] });
    expect(parts().map(([part]) => part)).toEqual(['START', 'CHANGE', 'EVENT', 'EVENT']);
    push({ name: 'late', score: 3 }, 0);
    push({ name: 'C', score: 4 });
    expect((await next(answers))?.data.name).toBe('C');
  });

  test('an event that is under way is decided on again', async () => {
    const { answers } = await running('name score licence');
    world.whileAsked = () => world.change('Shop.score');
    push({ __typename: 'Shop', id: '1', name: 'A', score: 1 });
    expect(await next(answers)).toEqual({
      data: { name: 'A', score: null, licence: 'L' },
      codes: ['GRANT_REQUIRED'],
    });
    expect(world.records.flatMap(({ answerDigest }) => answerDigest).join()).not.toContain('"score":1');
  });

  test('by the clock, without a word: the rest of an event is not even asked for with it', async () => {
    const { answers } = await running('name licence');
    let asked = 0;
    world.whileAsked = () => {
      asked++;
    };
    push({ __typename: 'Shop', id: '1', name: 'A' });
    world.denied = new Set(['Shop.licence']);
    expect(await next(answers)).toEqual({ data: { name: 'A', licence: null }, codes: ['GRANT_REQUIRED'] });
    expect(asked).toBe(0);
  });

  test.each<[OnDenied, string]>([
    ['REJECT', 'name score'],
    ['NULL', 'score'],
    ['NULL', 'score __typename'],
  ])('it is over if %s says so or nothing is left (%s)', async (onDenied, selection) => {
    const { answers } = await running(selection, { onDenied });
    push({ name: 'A', score: 1 });
    world.change('Shop.score');
    expect(await next(answers)).toEqual({ data: undefined, codes: ['GRANT_REQUIRED'] });
    expect(await next(answers)).toBeNull();
    expect(world.heard).toHaveLength(1);
    expect(parts().at(-1)).toEqual(['END', 'FAILED', 'GRANT_REQUIRED']);
  });

  test('a grant that concerns nothing of it leaves it alone; one that begins adds to it', async () => {
    world.denied = new Set(['Shop.score']);
    const { answers } = await running('name score');
    world.change('Shop.score', 'Shop.licence');
    push({ name: 'A' });
    expect(await next(answers)).toEqual({ data: { name: 'A', score: null }, codes: ['GRANT_REQUIRED'] });
    expect([world.heard.length, world.heard[0]?.isOpen]).toEqual([1, true]);
    expect(parts().map(([part]) => part)).toEqual(['START', 'EVENT']);
    world.change();
    await expect.poll(() => world.heard).toHaveLength(2);
    push({ name: 'A', score: 1 });
    expect(await next(answers)).toEqual({ data: { name: 'A', score: 1 }, codes: [] });
  });

  test('what came before more was allowed is not taken for null where it was not asked for', async () => {
    world.denied = new Set(['Shop.score']);
    const { answers } = await running('name score');
    push({ name: 'A' });
    world.change();
    expect(await next(answers)).toEqual({ data: null, codes: ['PROVIDER_UNAVAILABLE'] });
    push({ name: 'B', score: 2 });
    expect(await next(answers)).toEqual({ data: { name: 'B', score: 2 }, codes: [] });
  });

  test('the token counts too: by the clock, and by its key', async () => {
    const expiring = await running('name');
    push({ name: 'A' });
    world.now = 1_000;
    expect(await next(expiring.answers)).toEqual({ data: undefined, codes: ['UNAUTHENTICATED'] });
    world.now = 0;
    const failure = { code: 'UNAUTHENTICATED', details: {} } as const;
    const withdrawn = await running('name', { who: { ...subscriber, standing: async () => failure } });
    push({ name: 'A' });
    expect(await next(withdrawn.answers)).toEqual({ data: undefined, codes: ['UNAUTHENTICATED'] });
    expect(parts().flat()).not.toContain('EVENT');
  });
});

describe('limits', () => {
  test('a consumer that does not take its events loses the subscription, and hears why', async () => {
    const { answers } = await running('name');
    for (const name of 'ABCD') push({ name });
    expect(world.heard[0]?.isOpen).toBe(false);
    expect(await next(answers)).toEqual({ data: undefined, codes: ['CONSUMER_TOO_SLOW'] });
    expect(parts()).toEqual([
      ['START', undefined],
      ['END', 'FAILED', 'CONSUMER_TOO_SLOW'],
    ]);
  });

  test('events that wait are bounded in bytes too', async () => {
    const { answers } = await running('name');
    push({ name: 'x'.repeat(1_000) });
    expect((await next(answers))?.codes).toEqual(['CONSUMER_TOO_SLOW']);
  });

  test('a department has so many at once, and gets its place back', async () => {
    const { broker, opened } = await open('name');
    const again = () => {
      const operation = broker.known('subscription { shopChanged(id: "1") { name } }', null);
      if (!operation) throw new Error('the operation is known');
      return broker.subscriptions.open(operation, {}, subscriber);
    };
    await again();
    const refused = await again();
    expect(!refused.ok && refused.answer.failures[0]?.code).toBe('SUBSCRIPTIONS_EXCEEDED');
    if (opened.ok) await opened.subscription.answers.return();
    await expect.poll(async () => (await again()).ok).toBe(true);
  });

  test('what is denied from the start is refused, and nobody is asked', async () => {
    world.denied = new Set(['Shop.score']);
    const { opened } = await open('score');
    expect(!opened.ok && opened.answer.failures.map((one) => one.code)).toEqual(['GRANT_REQUIRED']);
    expect([world.heard.length, parts()]).toEqual([0, [[undefined, undefined, 'GRANT_REQUIRED']]]);
  });

  test('without a record of its start it does not start', async () => {
    world.isLedgerDown = true;
    const { opened } = await open('name');
    expect(!opened.ok && opened.answer.failures[0]?.code).toBe('LEDGER_UNAVAILABLE');
    expect(world.heard).toEqual([]);
  });
});

test.each(['CLOSING', 'REPLACED'] as const)(
  '%s completes what runs, and puts it on record',
  async (reason) => {
    const { broker, subscription, answers } = await running('name');
    const waiting = next(answers);
    await broker.subscriptions.endAll(reason);
    expect(await waiting).toBeNull();
    expect([subscription.isReplaced, parts().at(-1)]).toEqual([reason === 'REPLACED', ['END', reason]]);
  },
);
