import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

/** `node pass-through.js <subgraph url> <port>`: hands every request to the subgraph and its answer back, as bytes. */
const [url = '', port = '0'] = process.argv.slice(2);
const pool = new Pool(new URL(url).origin, { connections: 64 });

/** Gathers the subgraph's answer and writes it in one go. */
class Handback implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  readonly #chunks: Buffer[] = [];
  #status = 200;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [only] = this.#chunks;
    const body = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks);
    this.#response.writeHead(this.#status, {
      'content-type': 'application/json',
      'content-length': body.length,
    });
    this.#response.end(body);
  }

  onResponseError(): void {
    this.#response.writeHead(502).end();
  }
}

createServer((request: IncomingMessage, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    pool.dispatch(
      {
        method: 'POST',
        path: '/',
        body: Buffer.concat(chunks),
        headers: {
          'content-type': 'application/json',
          authorization: request.headers.authorization ?? '',
        },
      },
      new Handback(response),
    );
  });
}).listen(Number(port), '127.0.0.1');
