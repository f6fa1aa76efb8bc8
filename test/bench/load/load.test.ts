import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { postBytes } from '../wire/post.ts';
import { type Feed, pace, saturate } from './index.ts';

const BODY = '{"data":{}}';
const CONNECTIONS = 4;

describe('the load', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function feedOf(listener: RequestListener): Promise<Feed> {
    server = createServer((request, response) => {
      request.resume();
      request.on('end', () => listener(request, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const next = (connection: number): Buffer => postBytes(port, '/graphql', `token-${connection}`, '{ a }');
    return { port, lengths: new Set([BODY.length]), next };
  }

  it('sends every request with the authorization of its own connection, and counts every answer once', async () => {
    const seen = new Map<string, number>();
    const feed = await feedOf((request, response) => {
      const token = request.headers.authorization ?? '';
      seen.set(token, (seen.get(token) ?? 0) + 1);
      response.end(BODY);
    });
    const sample = await saturate(feed, CONNECTIONS, 0.1);
    expect(sample.fault).toBeNull();
    expect([...seen.keys()].sort()).toEqual([0, 1, 2, 3].map((n) => `Bearer token-${n}`));
    expect([...seen.values()].reduce((sum, one) => sum + one, 0)).toBe(sample.answers);
  });

  it('sends as many requests as the rate says, however slowly they are answered', async () => {
    let asked = 0;
    const feed = await feedOf((_, response) => {
      asked++;
      setTimeout(() => response.end(BODY), 5);
    });
    const sample = await pace(feed, CONNECTIONS, 400, 0.25);
    expect(sample).toMatchObject({ answers: 100, fault: null });
    expect(asked).toBe(100);
  });

  it.each([
    ['another status', 503, BODY, 'status 503'],
    ['another length', 200, '{"data":null,"errors":[]}', '25 bytes'],
  ])('does not count a gateway that answers with %s', async (_, status, body, why) => {
    let asked = 0;
    const feed = await feedOf((_request, response) => {
      asked++;
      response.writeHead(asked < 10 ? 200 : status).end(asked < 10 ? BODY : body);
    });
    expect((await saturate(feed, CONNECTIONS, 0.2)).fault).toContain(why);
  });

  it('does not count a gateway that breaks a connection', async () => {
    const feed = await feedOf((request) => request.socket.destroy());
    expect((await saturate(feed, CONNECTIONS, 0.2)).fault).not.toBeNull();
  });
});
