import { connect, type Socket } from 'node:net';
import { MessageReader } from '../wire/reader.ts';

/** One keep-alive connection of the load. It has at most one request under way. */
export class Connection {
  readonly #socket: Socket;
  #onAnswer: (status: number, length: number) => void = () => undefined;

  private constructor(socket: Socket, onBroken: (error: Error) => void) {
    this.#socket = socket;
    const reader = new MessageReader(false, ({ head, bodyLength }) =>
      this.#onAnswer(Number(head.slice(9, 12)), bodyLength),
    );
    socket.on('data', (chunk: Buffer) => reader.read(chunk));
    socket.on('error', onBroken);
    socket.on('end', () => onBroken(new Error('the gateway closed a connection')));
  }

  static open(port: number, onBroken: (error: Error) => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket, onBroken));
      });
    });
  }

  send(request: Buffer, onAnswer: (status: number, length: number) => void): void {
    this.#onAnswer = onAnswer;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.removeAllListeners('end');
    this.#socket.destroy();
  }
}
