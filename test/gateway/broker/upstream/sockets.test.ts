import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createProviderSockets } from '../../../../gateway/broker/upstream/sockets.ts';
import type { Failure } from '../../../../gateway/errors.ts';

/** A provider by the protocol's letters, which does what a test says once something is subscribed to. */
let provider: WebSocketServer;
let onSubscribe: (socket: WebSocket, id: string, text: string) => void;
let connections = 0;

beforeEach(async () => {
  connections = 0;
  provider = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: () => 'graphql-transport-ws',
  });
  provider.on('connection', (socket) => {
    connections++;
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const text = String(data);
      const { type, id } = JSON.parse(text);
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type === 'subscribe') onSubscribe(socket, id, text);
    });
  });
  await new Promise((resolve) => provider.once('listening', resolve));
});

afterEach(() => {
  for (const one of provider.clients) one.terminate();
  provider.close();
});

/** What is heard until the end. */
function subscribe(
  body: string,
  keepAliveMs = 60_000,
): Promise<{ readonly events: string[]; readonly end: Failure | null }> {
  const { port } = provider.address() as AddressInfo;
  const upstream = { name: 's', url: `http://127.0.0.1:${port}/graphql`, provider: { name: 'P' } };
  const sockets = createProviderSockets([upstream], { timeoutMs: 500, keepAliveMs, eventBytes: 1_000 });
  return new Promise((resolve) => {
    const events: string[] = [];
    sockets.open(
      's',
      { body },
      {
        event: (event) => void events.push(String(event)),
        end: (end) => resolve({ events, end }),
      },
    );
  });
}

const QUESTION = '{"query":"subscription { a }"}';
const LOST = { code: 'PROVIDER_UNAVAILABLE', details: { provider: 'P', subgraph: 's' } };
const next = (id: string, payload: string): string => `{"id":"${id}","type":"next","payload":${payload}}`;

describe('a provider’s WebSocket', () => {
  it.each([1000, 1001, 1005, 1011, 4400, 4499])(
    'that closes with %i before `complete` ends the subscription, once',
    async (code) => {
      onSubscribe = (socket, id) => {
        socket.send(next(id, '{"data":{"a":1}}'));
        if (code === 1005) socket.close();
        else socket.close(code);
      };
      expect(await subscribe(QUESTION)).toEqual({ events: ['{"data":{"a":1}}'], end: LOST });
      await new Promise((resolve) => setTimeout(resolve, 300)); // Nobody comes again.
      expect(connections).toBe(1);
    },
  );

  it('that is cut, that sends what is no message, or does not answer pings, is lost', async () => {
    onSubscribe = (socket) => socket.terminate();
    expect((await subscribe(QUESTION)).end).toEqual(LOST);
    onSubscribe = (socket) => socket.send('{"type":"nonsense"}');
    expect((await subscribe(QUESTION)).end).toEqual(LOST);
    onSubscribe = () => undefined;
    expect((await subscribe(QUESTION, 100)).end).toEqual(LOST);
    expect(connections).toBe(3);
  });

  it('that completes has come to an end, with or without data before it', async () => {
    onSubscribe = (socket, id) => socket.send(`{"id":"${id}","type":"complete"}`);
    expect(await subscribe(QUESTION)).toEqual({ events: [], end: null });
  });

  it('is asked and heard with numbers as they were written', async () => {
    let asked = '';
    onSubscribe = (socket, id, text) => {
      asked = text;
      socket.send(next(id, '{"data":{"a":990101196107101177}}'));
      socket.send(`{"id":"${id}","type":"complete"}`);
    };
    const { events } = await subscribe(
      '{"query":"subscription ($n: Long) { a(n: $n) }","variables":{"n":990101196107101177}}',
    );
    expect(asked).toContain('"n":990101196107101177');
    expect(events).toEqual(['{"data":{"a":990101196107101177}}']);
  });
});
