import { beforeAll, describe, expect, it } from 'vitest';
import { applying, DATA_BUREAU } from './applying.ts';
import { type Stream, socketClient, subscribeAt, TRANSPORTS, type Transport } from './subscribing.ts';
import { EDUCATION, purpose, REGISTRATION, type System, startSystem } from './system.ts';

const REGISTRAR = '云溪市市场监督管理局';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
// The last test closes it.

/** The subscription that a record belongs to. */
function idOf(record: Record<string, unknown> | undefined): string | undefined {
  return (record?.subscription as { id: string } | undefined)?.id;
}

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
    .poll(() => system.received.slice(before).some((one) => one.query.startsWith('subscription')), {
      timeout: 10_000,
    })
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

  it('the provider is asked for what may pass only, and told for whom; the rest is null in each answer', async () => {
    const before = system.received.length;
    const stream = await subscribed(
      transport,
      watch('name taxCreditScore legalRepresentative { name }', 'WORK_REFERENCE'),
    );
    await change('丙路3号');
    const answer = await stream.next();
    expect(answer?.data.enterpriseChanged).toEqual({
      name: expect.any(String),
      taxCreditScore: null,
      legalRepresentative: { name: expect.stringMatching(/^.\*+$/) }, // masked for this use
    });
    expect(answer?.errors.map((one) => [one.extensions.code, one.path])).toEqual([
      ['GRANT_REQUIRED', ['enterpriseChanged', 'taxCreditScore']],
    ]);
    const [asked] = system.received.slice(before).filter((one) => one.query.startsWith('subscription'));
    expect(asked?.query).not.toContain('taxCreditScore');
    expect(asked?.consumer).toMatchObject({ use: 'WORK_REFERENCE', matter: 'YX-TEST-1', grants: [] });
    await stream.leave();
  });

  it('start, events and end are on record', async () => {
    const stream = await subscribed(transport, watch('name registeredAddress'));
    await change('丁路4号');
    const { receipt } = (await stream.next())?.extensions ?? {};
    await stream.leave();
    const event = system.disclosures().find((one) => one.id === receipt?.id);
    expect(event).toMatchObject({
      subscription: { id: expect.any(String), part: 'EVENT' },
      rows: 1,
      providers: [{ subgraph: 'enterprises', outcome: 'OK', calls: 1 }],
    });
    const id = idOf(event);
    const own = () => system.disclosures().filter((one) => idOf(one) === id);
    await expect
      .poll(own)
      .toMatchObject([
        { id, subscription: { part: 'START' }, rows: 0, providers: [], use: 'ADMINISTRATIVE_BASIS' },
        { id: receipt?.id },
        { subscription: { part: 'END', reason: 'CANCELLED' }, errors: [] },
      ]);
    const [asked] = system.received.filter((one) => one.consumer.disclosure === id);
    expect(asked?.query).toContain('subscription'); // the assertion names the record of the start
  });

  it('queries come this way too, with the same answers and receipts', async () => {
    const query = `query ${purpose()} { person(idNumber: "${system.examples.person}") { name photoDigest } }`;
    const token = await system.tokenOf(REGISTRATION);
    const stream = subscribeAt(system.url, transport, token, { query });
    const pushed = await stream.next();
    const posted = await system.ask(query);
    expect([pushed?.data, pushed?.errors]).toEqual([posted.data, posted.errors]);
    expect(await stream.next()).toBeNull();
    const refused = subscribeAt(system.url, transport, token, {
      query: '{ person(idNumber: "1") { name } }',
    });
    expect((await refused.failure()).map((one) => one.extensions.code)).toEqual(['PURPOSE_REQUIRED']);
    const ids = system.disclosures().map((one) => one.id);
    expect(ids).toContain(pushed?.extensions.receipt?.id);
  });
});

it('one socket carries several operations, and all of them under one token', async () => {
  const client = socketClient(system.url, { Authorization: `Bearer ${await system.tokenOf(REGISTRATION)}` });
  const before = system.received.length;
  const streams = ['name', 'status'].map((field) => client.iterate({ query: watch(field) }));
  const asked = () => system.received.slice(before).filter((one) => one.query.startsWith('subscription'));
  await expect.poll(asked, { timeout: 10_000 }).toHaveLength(2);
  await change('戊路5号');
  const answers = await Promise.all(streams.map((one) => one.next()));
  expect(answers.map(({ value }) => Object.keys(value.data.enterpriseChanged))).toEqual([
    ['name'],
    ['status'],
  ]);
  await client.dispose();
});

it('a subscription that is posted for one answer is refused, and told the way', async () => {
  for (let times = 0; times < 2; times++) {
    // the first door, then the warm one
    const { data, errors } = await system.ask(watch('name'));
    expect(data).toBeUndefined();
    expect(errors.map((one) => one.extensions.code)).toEqual(['BAD_USER_INPUT']);
    expect(errors[0]?.message).toContain('text/event-stream');
  }
});

it('a provider that has no answer to the input is told of as such', async () => {
  const answer = await system.ask(
    `mutation ${purpose('BUSINESS_COLLABORATION')} { registerChange(uscc: "nobody", status: ACTIVE) { uscc } }`,
    { as: DATA_BUREAU },
  );
  expect(answer.errors.map((one) => one.extensions.code)).toEqual(['BAD_USER_INPUT']);
  const ungranted = await system.ask(
    `mutation ${purpose('BUSINESS_COLLABORATION')} { registerChange(uscc: "nobody", status: ACTIVE) { uscc } }`,
  );
  expect(ungranted.errors.map((one) => one.extensions.code)).toEqual(['GRANT_REQUIRED']);
});

it('what an approval allows is pushed at once, and what its provider revokes no more', async () => {
  const does = applying(system.exchange);
  const applied = await does.apply(['Enterprise.taxCreditScore']);
  const [{ id, version }] = applied.parts;
  const stream = await subscribed('websocket', watch('name taxCreditScore'), EDUCATION);
  const shown = async (address: string) => {
    await change(address);
    const answer = await stream.next();
    const code = answer?.errors[0]?.extensions.code;
    return code ?? typeof answer?.data.enterpriseChanged.taxCreditScore;
  };
  expect(await shown('己路6号')).toBe('GRANT_REQUIRED');
  // A change is heard from when the provider has been asked anew.
  const askedAnew = async (isWith: boolean) =>
    expect
      .poll(
        () =>
          system.received
            .findLast((one) => one.query.startsWith('subscription'))
            ?.query.includes('taxCreditScore'),
        {
          timeout: 10_000,
        },
      )
      .toBe(isWith);
  const { grant } = await does.approve(REGISTRAR, { part: id, version });
  await askedAnew(true);
  expect(await shown('己路7号')).toBe('number');
  const revoked = await does.revoke(REGISTRAR, { id: grant.id, version: grant.version, reason: '职责调整' });
  expect(revoked).toMatchObject({ state: 'REVOKED' });
  await askedAnew(false);
  expect(await shown('己路8号')).toBe('GRANT_EXPIRED');
  await stream.leave();
});

it('what is pushed is measured', async () => {
  const stream = await subscribed('sse', watch('name'));
  const metrics = async () => (await fetch(`${system.url}/metrics`)).text();
  await expect.poll(metrics).toContain('liancha_subscriptions 1');
  expect(await metrics()).toMatch(/liancha_pushed_total\{outcome="OK"\} [1-9]/);
  await stream.leave();
  await expect.poll(metrics).toContain('liancha_subscriptions 0');
});

it('an orderly end of the gateway completes every stream', async () => {
  const streams = [await subscribed('sse', watch('name')), await subscribed('websocket', watch('name'))];
  const ends = streams.map((one) => one.next());
  await system.close();
  expect(await Promise.all(ends)).toEqual([null, null]);
});
