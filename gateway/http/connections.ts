import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { callerOf } from './address.ts';

export interface ConnectionLimits {
  /** Connections at once, of all callers. */
  readonly total: number;
  /** Of one address (IPv6: one network of 64 bits). */
  readonly perAddress: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = { total: 20_000, perAddress: 5_000 };

/** Closes connections that are more than anybody may have, before anything is read from them, and those that do not read. */
export function limitConnections(server: Server, { total, perAddress }: ConnectionLimits): void {
  const perCaller = new Map<string, number>();
  const open = new Set<Socket>();
  server.maxConnections = total;
  server.on('connection', (socket) => {
    const caller = callerOf({ socket });
    const count = (perCaller.get(caller) ?? 0) + 1;
    perCaller.set(caller, count);
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      const left = (perCaller.get(caller) ?? 1) - 1;
      if (left > 0) perCaller.set(caller, left);
      else perCaller.delete(caller);
    });
    if (count > perAddress) socket.destroy();
  });
  const sweep = slowReaders();
  const timer = setInterval(() => {
    for (const one of sweep(open, performance.now())) one.destroy();
  }, SWEEP_MS).unref();
  server.once('close', () => clearInterval(timer));
}

const SWEEP_MS = 1_000;
/** Less than this waits on every line now and then. */
const SOME_BYTES = 65_536;
/** Whoever takes no more than nothing of what waits is cut off after this long, and so much longer as it has to take. */
const PATIENCE_MS = 20_000;
const SLOWEST_BYTES_PER_MS = 64;
/** Answers that wait for their readers, altogether. */
const WAITING_BYTES = 536_870_912;

type Waiting = Pick<Socket, 'writableLength' | 'bytesWritten'>;

/** Finds out who does not read what it asked for: by time, and who holds most when all together hold too much. */
export function slowReaders(waitingBytes = WAITING_BYTES) {
  const seen = new WeakMap<object, { readonly taken: number; readonly until: number }>();
  return <S extends Waiting>(sockets: Iterable<S>, now: number): S[] => {
    const slow: S[] = [];
    const waiting: S[] = [];
    let sum = 0;
    for (const one of sockets) {
      const { writableLength, bytesWritten } = one;
      if (writableLength < SOME_BYTES) {
        seen.delete(one);
        continue;
      }
      const taken = bytesWritten - writableLength;
      const before = seen.get(one);
      if (!before || before.taken < taken)
        seen.set(one, { taken, until: now + PATIENCE_MS + writableLength / SLOWEST_BYTES_PER_MS });
      else if (now > before.until) {
        slow.push(one);
        continue;
      }
      sum += writableLength;
      waiting.push(one);
    }
    if (sum <= waitingBytes) return slow;
    waiting.sort((a, b) => b.writableLength - a.writableLength);
    for (const one of waiting) {
      if (sum <= waitingBytes) break;
      sum -= one.writableLength;
      slow.push(one);
    }
    return slow;
  };
}
