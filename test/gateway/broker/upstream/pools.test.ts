import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createUpstream } from '../../../../gateway/broker/index.ts';
import { createPools } from '../../../../gateway/broker/upstream/pools.ts';

/** A provider that tells by which of its connections it was asked. */
let provider: Server;
let url = '';
const connections = new Set<number>();

beforeEach(async () => {
  connections.clear();
  provider = createServer((request, response) => {
    const { remotePort = 0 } = request.socket;
    connections.add(remotePort);
    response.setHeader('content-type', 'application/json');
    response.end('{"data":{}}');
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const { port } = provider.address() as AddressInfo;
  url = `http://localhost:${port}/graphql`;
});

afterEach(() => {
  provider.closeAllConnections();
  provider.close();
});

const LIMIT = { timeoutMs: 5_000, answerBytes: 1_000 };
const QUESTION = { body: '{}', idempotent: true };
const ANSWER = { ok: true, body: Buffer.from('{"data":{}}') };

const open = () => createPools({ connections: 1, timeoutMs: 5_000 });
const countOpen = (): Promise<number> =>
  new Promise((resolve) => provider.getConnections((_error, count) => resolve(count)));

describe('connections to providers', () => {
  it('stay while what is live next wants them', async () => {
    const pools = open();
    const first = createUpstream([{ name: 'people', url }], { ...LIMIT, pools });
    expect(await first.send('people', QUESTION)).toEqual(ANSWER);
    const next = createUpstream([{ name: 'persons', url }], { ...LIMIT, pools });
    await first.close();
    expect(await next.send('persons', QUESTION)).toEqual(ANSWER);
    expect(connections.size).toBe(1);
    await next.close();
    await expect.poll(countOpen).toBe(0);
  });

  it('are made anew once nobody has wanted them', async () => {
    const pools = open();
    for (let round = 0; round < 2; round++) {
      const upstream = createUpstream([{ name: 'people', url }], { ...LIMIT, pools });
      expect(await upstream.send('people', QUESTION)).toEqual(ANSWER);
      await upstream.close();
    }
    expect(connections.size).toBe(2);
  });

  it('are not lent to one whose addresses are judged by one whose are not', async () => {
    const pools = open();
    const trusted = createUpstream([{ name: 'people', url }], { ...LIMIT, pools });
    expect(await trusted.send('people', QUESTION)).toEqual(ANSWER);
    const judged: LookupFunction = (_host, _options, done) => done(new Error('not allowed'), '', 0);
    const wary = createUpstream([{ name: 'people', url, lookup: judged }], { ...LIMIT, pools });
    expect(await wary.send('people', QUESTION)).toEqual({
      ok: false,
      code: 'PROVIDER_UNAVAILABLE',
      details: {},
    });
    expect(connections.size).toBe(1);
    await Promise.all([trusted.close(), wary.close()]);
  });
});
