import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut and mended: what is on it when it is cut is lost. */
export interface Way {
  readonly port: number;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export function wayTo(port: number): Promise<Way> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(port, '127.0.0.1');
    keep(near);
    keep(far);
    near.pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : 0,
        cut() {
          isCut = true;
          for (const one of sockets) one.destroy();
        },
        mend() {
          isCut = false;
        },
        close: () =>
          new Promise((done) => {
            for (const one of sockets) one.destroy();
            server.close(() => done());
          }),
      });
    });
  });
}
