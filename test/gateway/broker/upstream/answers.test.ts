import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createUpstream, type Upstream } from '../../../../gateway/broker/index.ts';
import { createPools } from '../../../../gateway/broker/upstream/pools.ts';

const BODY = '{"data":{"a":1}}';
const FINAL = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

/** A provider that answers each request with these pieces, each in a packet of its own. */
let pieces: readonly string[] = [];
let provider: Server;
let upstream: Upstream;
const sockets = new Set<Socket>();

beforeEach(async () => {
  provider = createServer((socket) => {
    sockets.add(socket.setNoDelay());
    socket.on('error', () => undefined);
    socket.on('data', async (data) => {
      if (!String(data).includes('{}')) return;
      for (const piece of pieces)
        await new Promise<void>((sent) => socket.write(piece, () => setImmediate(sent)));
    });
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const { port } = provider.address() as AddressInfo;
  const pools = createPools({ connections: 1, timeoutMs: 5_000 });
  upstream = createUpstream([{ name: 'a', url: `http://127.0.0.1:${port}/graphql` }], {
    timeoutMs: 5_000,
    answerBytes: 10_000,
    pools,
  });
});

afterEach(async () => {
  await upstream.close();
  for (const one of sockets) one.destroy();
  sockets.clear();
  provider.close();
});

describe('interim responses (RFC 9110 §15.2)', () => {
  it.each([
    ['none', [FINAL]],
    ['100', ['HTTP/1.1 100 Continue\r\n\r\n', FINAL]],
    ['100 with fields, in the packet of the final one', [`HTTP/1.1 100 Continue\r\nx: y\r\n\r\n${FINAL}`]],
    [
      '100 in pieces',
      ['HTTP/1.1', ' 100 Con', 'tinue\r\n\r', '\nHTTP/1.1 20', FINAL.slice('HTTP/1.1 20'.length)],
    ],
    [
      '100 and 100 and 103',
      [
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Go on\r\n\r\n',
        'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n',
        FINAL,
      ],
    ],
    ['102', ['HTTP/1.1 102 Processing\r\n\r\n', FINAL]],
    [
      '103 before the final one',
      [`HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\ncontent-type: text/html\r\n\r\n${FINAL}`],
    ],
  ])('%s: the final one is the answer, on the same connection each time', async (_, sent) => {
    pieces = sent;
    for (let round = 0; round < 3; round++)
      expect(await upstream.send('a', { body: '{}', idempotent: false })).toEqual({
        ok: true,
        body: Buffer.from(BODY),
      });
    expect(sockets.size).toBe(1);
  });

  it('are no answer without a final one, and leave what a body says alone', async () => {
    pieces = [FINAL.replace(BODY, '"HTTP/1.1 100 x"')];
    expect(await upstream.send('a', { body: '{}', idempotent: false })).toMatchObject({ ok: true });
    pieces = ['HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'];
    expect(await upstream.send('a', { body: '{}', idempotent: false })).toMatchObject({ ok: false });
  });
});
