import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type PushingProvider, startPushingProvider } from '../e2e/pushing-provider.ts';
import { subscribeAt } from '../e2e/subscribing.ts';
import { purpose, REGISTRATION, type System, startSystem } from '../e2e/system.ts';
import { livenessDuring, mostOf, usualLiveness } from './liveness.ts';

const INIT_MS = 6_000;
const PER_ADDRESS = 4;
const PER_CONNECTION = 5;
let provider: PushingProvider;
let system: System;
let token: string;
const open: { terminate?(): void; destroy?(): void }[] = [];

beforeAll(async () => {
  provider = await startPushingProvider('{"data":{"enterprise":{"name":"A"}}}');
  system = await startSystem({
    instead: { enterprises: provider.url },
    settings: {
      subscriptions: {
        initMs: INIT_MS,
        perConnection: PER_CONNECTION,
        unidentified: { total: 100, perAddress: PER_ADDRESS },
        outgoingBytes: 200_000,
      },
    },
  });
  token = await system.tokenOf(REGISTRATION);
});
afterEach(() => {
  for (const one of open.splice(0)) {
    one.terminate?.();
    one.destroy?.();
  }
});
afterAll(async () => {
  await system?.close();
  await provider?.close();
});

const upgrade = (): string =>
  `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`;

/** A WebSocket by hand: it reads what it wants to, and answers no close frame. */
function bareSocket(): Promise<Socket> {
  const { port } = new URL(system.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(upgrade());
    });
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => {
      if (bytes.toString().startsWith('HTTP/1.1 101')) resolve(socket);
      else reject(new Error(bytes.toString().split('\r\n')[0]));
    });
    socket.once('close', () => reject(new Error('closed')));
    open.push(socket);
  });
}

/** A masked frame (RFC 6455 §5.2) with the mask of nothing. */
function frame(opcode: number, payload: Buffer): Buffer {
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | payload.length])
      : payload.length < 65_536
        ? Buffer.from([0x80 | opcode, 0xfe, payload.length >> 8, payload.length & 0xff])
        : Buffer.concat([Buffer.from([0x80 | opcode, 0xff, 0, 0, 0, 0]), uint32(payload.length)]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}
function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
const text = (value: unknown): Buffer => frame(1, Buffer.from(JSON.stringify(value)));
const init = (): Buffer => text({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
const PING = 9;

/** In a thread of its own: the gateway of a test shares this one with the test. */
function floodInThread(piece: Buffer): Promise<string> {
  const code = `
    const { connect } = require('node:net');
    const { parentPort, workerData: { port, upgrade, first, piece } } = require('node:worker_threads');
    const flood = ${floodFrom.toString()};
    const socket = connect(port, '127.0.0.1', () => socket.write(upgrade));
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(first);
      socket.once('data', () => flood(socket, Buffer.from(piece)).then((end) => {
        parentPort.postMessage(end);
        socket.destroy();
      }));
    });`;
  const workerData = {
    port: Number(new URL(system.url).port),
    upgrade: upgrade(),
    first: init(),
    piece,
  };
  const worker = new Worker(code, { eval: true, workerData });
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

/** Writes the same again and again, and reads nothing, until it is cut off or has gone on for long. */
async function floodFrom(socket: Socket, piece: Buffer): Promise<'cut off' | 'goes on'> {
  socket.pause();
  const end = performance.now() + 15_000;
  while (performance.now() < end) {
    if (socket.destroyed) return 'cut off';
    if (!socket.write(piece))
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 5_000);
        const go = (): void => {
          clearTimeout(timer);
          resolve();
        };
        socket.once('drain', go);
        socket.once('close', go);
      });
  }
  return 'goes on';
}
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) resolve();
    socket.resume();
    socket.once('close', () => resolve());
  });

async function gauge(name: string): Promise<number> {
  const metrics = await (await fetch(`${system.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
}

test('whoever has not said who it is may send what that takes, and no more', async () => {
  const socket = await bareSocket();
  const big = text({ type: 'ping', payload: { x: 'x'.repeat(900_000) } });
  expect(await floodFrom(socket, big)).toBe('cut off');
});

test('a frame that never ends is not gathered of whoever is not known', async () => {
  const socket = await bareSocket();
  const start = performance.now();
  socket.write(Buffer.from([0x01, 0xff, 0, 0, 0, 0, 0, 0x0f, 0xff, 0xff, 0, 0, 0, 0])); // A fragment of 1 MB
  socket.write(Buffer.alloc(100_000, 'x'));
  await closed(socket);
  expect(performance.now() - start).toBeLessThan(INIT_MS); // Not because it never said who it is.
});

test.each([
  ['pings of graphql-transport-ws', () => text({ type: 'ping', payload: { x: 'x'.repeat(900_000) } })],
  ['pings of the WebSocket protocol', () => frame(PING, Buffer.alloc(125, 'x'))],
  [
    'operations',
    () =>
      text({
        id: String(Math.random()),
        type: 'subscribe',
        payload: { query: `{ a${Math.random().toString(36).slice(2)}: __typename } #${'x'.repeat(2_000)}` },
      }),
  ],
])('whoever sends %s and does not read is cut off, and nothing piles up for it', async (_, piece) => {
  const usual = await usualLiveness(system.url);
  const before = process.memoryUsage().external + process.memoryUsage().heapUsed;
  const took = await livenessDuring(system.url, async () => {
    expect(await floodInThread(Buffer.concat(Array.from({ length: 40 }, piece)))).toBe('cut off');
  });
  const after = process.memoryUsage().external + process.memoryUsage().heapUsed;
  expect(after - before).toBeLessThan(150_000_000);
  expect(mostOf(took)).toBeLessThan(usual);
});

test('what a ping brings is not sent back', async () => {
  const socket = new WebSocket(`${system.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  open.push(socket);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'ping', payload: { mine: 'xyz' } }));
  const answer = await new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
  expect(JSON.parse(String(answer))).toEqual({ type: 'pong' });
});

test('places of the unknown are few for one address, and free again when they have been told to go', async () => {
  const sockets = await Promise.all(Array.from({ length: PER_ADDRESS }, bareSocket));
  await expect(bareSocket()).rejects.toThrow('503');
  // They ignore the close frame that comes when they do not say who they are.
  for (const one of sockets) one.resume();
  const start = performance.now();
  await Promise.all(sockets.map(closed));
  expect(performance.now() - start).toBeLessThan(15_000);
  await bareSocket();
});

test('a socket that has said who it is leaves its place to the unknown', async () => {
  for (let index = 0; index < PER_ADDRESS + 2; index++) {
    const socket = await bareSocket();
    socket.write(init());
    await new Promise((resolve) => socket.once('data', resolve));
  }
});

test('an operation counts until it is settled, whether it is still wanted or not', async () => {
  const socket = await bareSocket();
  socket.write(init());
  await new Promise((resolve) => socket.once('data', resolve));
  socket.resume();
  const query = `subscription ${purpose()} { enterpriseChanged(uscc: "91990101MA00000000") { name } }`;
  const opened = provider.opened.length;
  const pieces = Array.from({ length: 3 * PER_CONNECTION }, (_, index) =>
    Buffer.concat([
      text({ id: `s${index}`, type: 'subscribe', payload: { query: `${query} #${index}` } }),
      text({ id: `s${index}`, type: 'complete' }),
    ]),
  );
  const before = system.disclosures().length;
  socket.write(Buffer.concat(pieces));
  await expect
    .poll(
      () =>
        system
          .disclosures()
          .slice(before)
          .filter(({ errors }) => String(errors) === 'SUBSCRIPTIONS_EXCEEDED').length,
    )
    .toBeGreaterThan(0);
  await closed(socket); // As many were refused as it may have at once.
  expect(provider.opened.length - opened).toBeLessThanOrEqual(2 * PER_CONNECTION);
  await expect.poll(() => gauge('liancha_subscriptions')).toBe(0);
});

test('the gauge of subscriptions falls when one ends with an error', async () => {
  for (const transport of ['sse', 'websocket'] as const) {
    const query = `subscription ${purpose()} { enterpriseChanged(uscc: "91990101MA00000000") { name } }`;
    const before = provider.opened.length;
    const stream = subscribeAt(system.url, transport, token, { query });
    const failure = stream.failure();
    await expect.poll(() => provider.opened.length).toBe(before + 1);
    await expect.poll(() => gauge('liancha_subscriptions')).toBe(1);
    provider.opened.at(-1)?.drop();
    expect((await failure)[0]?.extensions.code).toBe('PROVIDER_UNAVAILABLE');
    await expect.poll(() => gauge('liancha_subscriptions')).toBe(0);
    await stream.leave();
  }
});
