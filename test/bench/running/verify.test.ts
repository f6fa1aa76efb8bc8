import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Case } from '../cases/index.ts';
import { canonical } from '../graphs/index.ts';
import type { Subgraphs } from '../stubs/index.ts';
import { verifyAnswers } from './verify.ts';

const ONE: Case = {
  id: 'one',
  title: 'one',
  graph: 'city',
  distinct: 3,
  connections: 1,
  operation: (n) => `query { q${n} }`,
  isOneFetch: true,
  tellsCosts: false,
};
const RIGHT = { a: 1, list: [{ x: 1, y: 2 }] };

describe('a peer is measured', () => {
  let server: Server;
  let port = 0;
  let answer: (query: string) => unknown;

  beforeEach(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const { query } = JSON.parse(body);
      response.end(JSON.stringify(answer(query)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address ? address.port : 0;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const verify = (authorization: string | null = 'Bearer x') => {
    const subgraphs: Subgraphs = {
      pid: 0,
      urlOf: () => '',
      received: async () => ({ calls: 2, authorization }),
      stop: async () => undefined,
    };
    const phrase = (operation: string): string => operation;
    const running = { pid: 0, port, path: '/', phrase, said: () => '', stop: async () => undefined };
    return verifyAnswers({
      running,
      one: ONE,
      tokens: ['t'],
      subgraphs,
      expected: async () => canonical(RIGHT),
    });
  };

  it('when its data are the expected ones, in whatever order their keys come', async () => {
    answer = () => ({ data: { list: [{ y: 2, x: 1 }], a: 1 } });
    const found = await verify();
    expect(found).toMatchObject({ ok: true, calls: 2 });
  });

  it('not when a single one of its operations has other data', async () => {
    answer = (query) => ({ data: query.includes('q2') ? { ...RIGHT, a: 2 } : RIGHT });
    expect(await verify()).toMatchObject({ ok: false, why: expect.stringContaining('other data') });
  });

  it('not when a list is in another order', async () => {
    answer = () => ({ data: { ...RIGHT, list: [{ x: 1 }, { y: 2 }] } });
    expect(await verify()).toMatchObject({ ok: false });
  });

  it('not when it answers with errors beside the right data', async () => {
    answer = () => ({ data: RIGHT, errors: [{ message: 'half' }] });
    expect(await verify()).toMatchObject({ ok: false, why: expect.stringContaining('half') });
  });

  it('not when the subgraphs are not told who asks', async () => {
    answer = () => ({ data: RIGHT });
    expect(await verify(null)).toMatchObject({ ok: false, why: expect.stringContaining('authorization') });
  });
});
