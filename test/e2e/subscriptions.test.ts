import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stream, subscribeAt, TRANSPORTS, type Transport } from './subscribing.ts';
import { purpose, REGISTRATION, type System, startSystem } from './system.ts';

const DATA_BUREAU = '云溪市数据局';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

/** A change that is really made: the one-window system files it with the registrar, who tells its feed. */
async function change(registeredAddress: string): Promise<void> {
  const answer = await system.ask(
    `mutation ${purpose('BUSINESS_COLLABORATION')} {
      registerChange(uscc: "${system.examples.enterprise}", registeredAddress: "${registeredAddress}") { uscc }
    }`,
    { as: DATA_BUREAU },
  );
  expect(answer.errors).toEqual([]);
}

/** Subscribes, and waits until the provider has been asked. */
async function subscribed(transport: Transport, query: string, as = REGISTRATION): Promise<Stream> {
  const before = system.received.length;
  const stream = subscribeAt(system.url, transport, await system.tokenOf(as), { query });
  await expect
    .poll(() => system.received.slice(before).some((one) => one.query.startsWith('subscription')))
    .toBe(true);
  return stream;
}

const watch = (selection: string, use = 'ADMINISTRATIVE_BASIS', more = '') =>
  `subscription Watch ${purpose(use, more)} { enterpriseChanged(uscc: "${system.examples.enterprise}") { ${selection} } }`;

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('each change of a provider arrives as an answer of its own, with what other departments add', async () => {
    const stream = await subscribed(
      transport,
      watch('name registeredAddress licences { type } legalRepresentative { name }'),
    );
    await change('甲路1号');
    const first = await stream.next();
    expect(first).toEqual({
      data: {
        enterpriseChanged: {
          name: expect.any(String),
          registeredAddress: '甲路1号',
          licences: [{ type: '营业执照' }],
          legalRepresentative: { name: expect.any(String) },
        },
      },
      errors: [],
      extensions: { receipt: { id: expect.any(String) } },
    });
    await change('乙路2号');
    const second = await stream.next();
    expect(second?.data.enterpriseChanged.registeredAddress).toBe('乙路2号');
    expect(second?.extensions.receipt?.id).not.toBe(first?.extensions.receipt?.id);
    await stream.leave();
  });
});
