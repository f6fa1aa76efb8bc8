import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { type Opened, type PushingProvider, startPushingProvider } from '../e2e/pushing-provider.ts';
import { type Stream, subscribeAt, TRANSPORTS, type Transport } from '../e2e/subscribing.ts';
import { purpose, REGISTRATION, type System, startSystem } from '../e2e/system.ts';

const PER_CONNECTION = 5;
const USCC = '91990101MA00000000';
const GRANT = {
  id: 'G-2026-0001',
  department: '11990101MB0000011A',
  coordinates: ['Enterprise.taxCreditScore'],
  uses: ['ADMINISTRATIVE_BASIS'],
  validFrom: '2026-01-01T00:00:00+08:00',
  validUntil: '2099-01-01T00:00:00+08:00',
};

let provider: PushingProvider;
let system: System;
const folder = mkdtempSync(join(tmpdir(), 'liancha-grants-'));
const grants = join(folder, 'grants.yaml');
const streams: Stream[] = [];

beforeAll(async () => {
  provider = await startPushingProvider(`{"data":{"enterprise":{"uscc":"${USCC}","taxCreditScore":700}}}`);
  grant(true);
  system = await startSystem({
    instead: { enterprises: provider.url },
    settings: {
      grants,
      subscriptions: { eventBytes: 10_000, perConnection: PER_CONNECTION, initMs: 2_000 },
    },
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const one of streams.splice(0)) await one.leave();
});
afterAll(async () => {
  await system?.close();
  await provider?.close();
  rmSync(folder, { recursive: true });
});

function grant(isGiven: boolean): void {
  writeFileSync(grants, JSON.stringify({ grants: isGiven ? [GRANT] : [] })); // JSON is YAML
}

interface Options {
  readonly transport?: Transport;
  readonly use?: string;
  readonly onDenied?: string;
  readonly token?: string | null;
}

const watch = (selection: string, use = 'ADMINISTRATIVE_BASIS', onDenied = 'NULL') =>
  `subscription Watch($id: ID!) ${purpose(use, `, onDenied: ${onDenied}`)} { enterpriseChanged(uscc: $id) { ${selection} } }`;

function subscribe(query: string, { transport = 'websocket', token = null }: Options): Stream {
  const stream = subscribeAt(system.url, transport, token, { query, variables: { id: USCC } });
  streams.push(stream);
  return stream;
}

/** Subscribes, and waits until the provider has been asked. */
async function subscribed(selection: string, options: Options = {}) {
  const before = provider.opened.length;
  const token = options.token ?? (await system.tokenOf(REGISTRATION));
  const stream = subscribe(watch(selection, options.use, options.onDenied), { ...options, token });
  const opened = await nextOpened(before);
  return { stream, opened };
}

async function nextOpened(before: number): Promise<Opened> {
  await expect.poll(() => provider.opened.length, { timeout: 10_000 }).toBeGreaterThan(before);
  return provider.opened[before] as Opened;
}

/** An event about the enterprise that was subscribed to: whom it is about is always asked. */
const changed = (enterprise: object | null) => ({
  data: {
    enterpriseChanged:
      enterprise === null || Array.isArray(enterprise) ? enterprise : { uscc: USCC, ...enterprise },
  },
});
const codes = (errors: readonly { extensions: Record<string, unknown> }[]) =>
  errors.map((one) => one.extensions.code);

describe.each(TRANSPORTS)('over %s', (transport) => {
  test('a grant that is revoked ends in the middle: the provider is asked anew, without the item', async () => {
    const { stream, opened } = await subscribed('name taxCreditScore', { transport });
    opened.push(changed({ name: 'A', taxCreditScore: 700 }));
    expect((await stream.next())?.data.enterpriseChanged).toEqual({ name: 'A', taxCreditScore: 700 });
    const before = provider.opened.length;
    grant(false);
    const again = await nextOpened(before);
    expect(again.query).not.toContain('taxCreditScore');
    await expect.poll(() => opened.isOver).toBe(true);
    // What the provider pushes all the same is not shown.
    again.push(changed({ name: 'B', taxCreditScore: 701 }));
    const answer = await stream.next();
    expect(answer?.data.enterpriseChanged).toEqual({ name: 'B', taxCreditScore: null });
    expect(codes(answer?.errors ?? [])).toEqual(['GRANT_REQUIRED']);
    grant(true);
    await nextOpened(before + 1);
  });

  test.each([
    ['REJECT', 'name taxCreditScore'],
    ['NULL', 'taxCreditScore'],
  ])(
    'with %s, or when nothing is left, the end of the grant is the end (%#)',
    async (onDenied, selection) => {
      const { stream, opened } = await subscribed(selection, { transport, onDenied });
      grant(false);
      const errors = await stream.failure();
      expect(codes(errors)).toEqual(['GRANT_REQUIRED']);
      await expect.poll(() => opened.isOver).toBe(true);
      grant(true);
      const query = `query ${purpose()} { enterprise(uscc: "${USCC}") { taxCreditScore } }`;
      await expect.poll(async () => (await system.ask(query)).errors, { timeout: 10_000 }).toEqual([]);
    },
  );

  test.each<[string, (opened: Opened) => void]>([
    ['breaks off', (opened) => opened.drop()],
    ['sends what is no JSON', (opened) => opened.send('<html>')],
    ['sends bytes', (opened) => opened.send(Buffer.from([0xff, 0xfe, 0]))],
    ['sends a message of no known type', (opened) => opened.send('{"type":"nonsense"}')],
    ['sends an event that is no object', (opened) => opened.message('next', 'x')],
    ['sends an event that is too large', (opened) => opened.push(changed({ name: 'x'.repeat(20_000) }))],
    [
      'tells of its inside',
      (opened) =>
        opened.message('error', [{ message: 'SELECT secret', extensions: { stacktrace: ['/srv/x'] } }]),
    ],
  ])('a provider that %s ends it, with nothing of its own words', async (_, misbehave) => {
    const { stream, opened } = await subscribed('name', { transport });
    misbehave(opened);
    const errors = await stream.failure();
    expect(codes(errors)).toEqual(['PROVIDER_UNAVAILABLE']);
    expect(JSON.stringify(errors)).not.toMatch(/SELECT|secret|stacktrace|srv|xxx/);
    await expect.poll(() => opened.isOver).toBe(true);
  });

  test.each<[string, unknown, (string | number)[]]>([
    ['an object of another type', changed({ __typename: 'Person', name: 'A' }), ['enterpriseChanged']],
    ['a list', changed([{ name: 'A' }]), ['enterpriseChanged']],
    ['a value of another type', changed({ name: { first: 'A' } }), ['enterpriseChanged', 'name']],
    ['errors that say nothing', { data: null, errors: [{ message: 'secret' }] }, ['enterpriseChanged']],
    ['neither data nor errors', {}, ['enterpriseChanged']],
  ])('an event with %s shows nothing, says where, and the next one is shown', async (_, event, path) => {
    const { stream, opened } = await subscribed('name', { transport });
    opened.push(event);
    const answer = await stream.next();
    expect(answer?.data).toEqual({ enterpriseChanged: null });
    expect(answer?.errors.map((one) => [one.extensions.code, one.path])).toEqual([
      ['PROVIDER_UNAVAILABLE', path],
    ]);
    expect(JSON.stringify(answer)).not.toContain('secret');
    opened.push(changed({ name: 'B', photoDigest: 'stolen', __proto__: { polluted: 1 } }));
    expect((await stream.next())?.data).toEqual({ enterpriseChanged: { name: 'B' } });
  });

  test('an event that cannot be recorded is not shown, and is the last', async () => {
    const { stream, opened } = await subscribed('name', { transport });
    const probe = await open(grants);
    const handles = Object.getPrototypeOf(probe);
    await probe.close();
    vi.spyOn(handles, 'datasync').mockRejectedValue(new Error('EIO'));
    opened.push(changed({ name: 'A' }));
    const errors = await stream.failure();
    expect(codes(errors)).toEqual(['LEDGER_UNAVAILABLE']);
    await expect.poll(() => opened.isOver).toBe(true);
    expect(JSON.stringify(errors)).not.toContain('"A"');
  });

  test.each([
    ['PURPOSE_REQUIRED', 'subscription ($id: ID!) { enterpriseChanged(uscc: $id) { name } }'],
    [
      'GRAPHQL_VALIDATION_FAILED',
      `subscription ($id: ID!) ${purpose()} { enterpriseChanged(uscc: $id) { nowhere } }`,
    ],
    [
      'GRAPHQL_VALIDATION_FAILED',
      `subscription ($id: ID!) ${purpose()} { a: enterpriseChanged(uscc: $id) { name } b: enterpriseChanged(uscc: $id) { name } }`,
    ],
    [
      'GRAPHQL_VALIDATION_FAILED',
      `subscription ($id: ID!, $if: Boolean!) ${purpose()} { enterpriseChanged(uscc: $id) @include(if: $if) { name } }`,
    ],
    ['GRANT_REQUIRED', watch('taxCreditScore', 'WORK_REFERENCE')],
  ])('%s is said at once, on record, and nobody is asked', async (code, query) => {
    const before = provider.opened.length;
    const stream = subscribe(query, { transport, token: await system.tokenOf(REGISTRATION) });
    expect(codes(await stream.failure())).toEqual([code]);
    expect(provider.opened).toHaveLength(before);
    expect(system.disclosures().at(-1)).toMatchObject({ errors: [code] });
  });
});

test('the token’s end is the end', async () => {
  const token = await system.tokenOf(REGISTRATION, 'EXTRANET', 5);
  const { stream, opened } = await subscribed('name', { token });
  expect(codes(await stream.failure())).toEqual(['UNAUTHENTICATED']);
  await expect.poll(() => opened.isOver).toBe(true);
});

test('a consumer without a token hears nothing, and that is on record', async () => {
  await expect(subscribe(watch('name'), { token: null }).next()).rejects.toMatchObject({ code: 4403 });
  const response = await fetch(`${system.url}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query: watch('name'), variables: { id: USCC } }),
  });
  expect(response.status).toBe(401);
  expect(
    system
      .disclosures()
      .slice(-2)
      .map((one) => one.errors),
  ).toEqual([['UNAUTHENTICATED'], ['UNAUTHENTICATED']]);
});

/** A socket on which the protocol is spoken by hand. */
async function rawSocket(headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`${system.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers,
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

const closeOf = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once('close', resolve));

describe('a socket', () => {
  test('of another site’s page is refused', async () => {
    await expect(rawSocket({ origin: 'https://elsewhere.example' })).rejects.toThrow('403');
    const own = await rawSocket({ origin: system.url });
    own.terminate();
  });

  test.each(['//', '/elsewhere', '/graphql/../..//'])(
    'at %s is refused, and nothing falls over',
    async (path) => {
      const { hostname, port } = new URL(system.url);
      const headers = { connection: 'Upgrade', upgrade: 'websocket' };
      for (const more of [headers, {}]) {
        const status = await new Promise((resolve, reject) => {
          const asked = request({ hostname, port, path, headers: more }, (response) =>
            resolve(response.statusCode),
          );
          asked.once('error', reject).end();
        });
        expect(status).toBeGreaterThanOrEqual(400);
      }
    },
  );

  test('that never says who it is is closed', async () => {
    expect(await closeOf(await rawSocket())).toBe(4408);
  });

  test('that asks before it has said who it is is closed', async () => {
    const socket = await rawSocket();
    const closed = closeOf(socket);
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } }));
    expect(await closed).toBe(4401);
  });

  test('that floods is told so, and then cut off', async () => {
    const token = await system.tokenOf(REGISTRATION);
    const before = provider.opened.length;
    const socket = await rawSocket({ authorization: `Bearer ${token}` });
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(String(data)));
    const closed = closeOf(socket);
    socket.send('{"type":"connection_init"}');
    await expect.poll(() => heard.length).toBe(1);
    const payload = { query: watch('name'), variables: { id: USCC } };
    for (let id = 1; id <= 200; id++)
      socket.send(JSON.stringify({ id: `${id}`, type: 'subscribe', payload }));
    expect(await closed).toBe(4429);
    expect(heard.filter((one) => one.includes('SUBSCRIPTIONS_EXCEEDED')).length).toBeLessThanOrEqual(
      PER_CONNECTION + 1,
    );
    expect(provider.opened.length - before).toBeLessThanOrEqual(PER_CONNECTION);
    await expect.poll(() => provider.opened.slice(before).every((one) => one.isOver)).toBe(true);
  });
});

test('a mutation does not come by GET', async () => {
  const query = `mutation ${purpose()} { reportDiscrepancy(subject: "x", coordinate: "x", note: "x") { id } }`;
  const response = await fetch(`${system.url}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${await system.tokenOf(REGISTRATION)}` },
  });
  expect(await response.text()).toContain('METHOD_NOT_ALLOWED');
  expect(system.received.filter((one) => one.query.startsWith('mutation'))).toEqual([]);
});
