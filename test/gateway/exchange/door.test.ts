import { expect, test } from 'vitest';
import { createBudget } from '../../../gateway/exchange/door/budget.ts';
import { createGate } from '../../../gateway/exchange/door/gate.ts';
import { batched } from '../../../gateway/exchange/door/loader.ts';
import { sharedDatabase } from '../../../gateway/exchange/door/shared-database.ts';
import type { Caller } from '../../../gateway/exchange/module.ts';
import { createTurns } from '../../../gateway/store/database/turns.ts';

/** Work that ends when it is told to. */
function held(): { readonly work: () => Promise<void>; end(): void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end };
}

test('a department has few requests at once, the next wait, and those beyond are refused; others are not held up', async () => {
  const gate = createGate({ atOnce: 1, waiting: 1 });
  const { work, end } = held();
  const first = gate.pass('a', work);
  const second = gate.pass('a', async () => 'second');
  expect(await gate.pass('a', async () => 'third')).toMatchObject({
    ok: false,
    failure: { code: 'QUOTA_EXCEEDED' },
  });
  expect(await gate.pass('b', async () => 'other')).toEqual({ ok: true, value: 'other' });
  end();
  expect([(await first).ok, await second]).toEqual([true, { ok: true, value: 'second' }]);
  await expect(gate.pass('a', () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(await gate.pass('a', async () => 'again')).toEqual({ ok: true, value: 'again' });
});

test('a request may have so many fields resolved, and a query so much time', () => {
  let now = 0;
  const budget = createBudget(() => now);
  budget.limitTime(1_000);
  budget.spend();
  now = 1_001;
  expect(() => budget.spend()).toThrow('OPERATION_TOO_COMPLEX');
  const other = createBudget(() => now);
  for (let index = 0; index < 20_000; index++) other.spend();
  expect(() => other.spend()).toThrow('OPERATION_TOO_COMPLEX');
});

test('what the fields of one level ask for is one question, and each caller has its own', async () => {
  const asked: string[][] = [];
  const load = batched(async (keys) => {
    asked.push([...keys]);
    return new Map(keys.map((key) => [key, key.toUpperCase()]));
  });
  const [one, other] = [{} as Caller, {} as Caller];
  const loaded = await Promise.all([load('a', one), load('b', one), load('a', one), load('a', other)]);
  expect(loaded).toEqual(['A', 'B', 'A', 'A']);
  expect(asked).toEqual([['a', 'b'], ['a']]);
  await load('a', one); // Not kept: it may have been changed.
  expect(asked).toHaveLength(3);
});

test('the exchange has few questions at the store at once, and what asks ahead does not wait behind them', async () => {
  const turns = createTurns();
  const order: string[] = [];
  const { work, end } = held();
  const running = turns.take('USUAL', work);
  const all = ['one', 'two'].map((name) => turns.take('USUAL', async () => void order.push(name)));
  all.push(turns.take('AHEAD', async () => void order.push('ahead')));
  end();
  await Promise.all([running, ...all]);
  expect(order).toEqual(['ahead', 'one', 'two']);

  let most = 0;
  let now = 0;
  const query = async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
    return [];
  };
  const database = { kind: 'embedded', query } as unknown as Parameters<typeof sharedDatabase>[0];
  const shared = sharedDatabase(database);
  await Promise.all(Array.from({ length: 20 }, () => shared.query('select 1')));
  expect(most).toBe(2);
});
