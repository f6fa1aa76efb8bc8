import { createServer, type Socket } from 'node:net';
import { type Member, openGraph } from '../graphs/index.ts';
import { MessageReader } from '../wire/reader.ts';
import { answersOf } from './answers.ts';
import type { Received } from './subgraphs.ts';

/** `node stub.js <graph>`: the subgraphs of a graph, each on a port of its own. Told and asked over IPC. */
const graph = openGraph(process.argv[2] ?? '');
let received: { calls: number; last: string } = { calls: 0, last: '' };

function serve(member: Member): Promise<number> {
  const answer = answersOf(graph, member);
  const server = createServer({ noDelay: true }, (socket) => {
    const reader = new MessageReader(true, ({ head, body }) => {
      received.calls++;
      received.last = head;
      const found = answer(body.toString('utf8'));
      if (found instanceof Promise) respond(socket, found);
      else socket.write(found);
    });
    socket.on('data', (chunk: Buffer) => reader.read(chunk));
    socket.on('error', () => socket.destroy());
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

/** What cannot be answered ends the connection; the gateway then says so, and the case fails. */
function respond(socket: Socket, answer: Promise<Buffer>): void {
  answer.then(
    (bytes) => socket.write(bytes),
    (error: unknown) => {
      process.stderr.write(`stub: ${error instanceof Error ? error.message : String(error)}\n`);
      socket.destroy();
    },
  );
}

const ports = await Promise.all(graph.members.map(async (one) => [one.name, await serve(one)] as const));
process.on('disconnect', () => process.exit(0));
process.on('message', () => {
  const authorization = /\r\nauthorization: *([^\r]*)/i.exec(received.last)?.[1] ?? null;
  const report: Received = { calls: received.calls, authorization };
  received = { calls: 0, last: '' };
  process.send?.(report);
});
process.send?.({ ports: Object.fromEntries(ports) });
