import type { Duplex } from 'node:stream';
import type { buildConnector } from 'undici';

type Connector = ReturnType<typeof buildConnector>;

/** A connector whose sockets hide `100 Continue`, which undici takes for the end of a connection unless it asked for it. */
export function withoutContinue(connect: Connector): Connector {
  return (options, callback) =>
    connect(options, (...result) => {
      const [, socket] = result;
      if (socket) hideContinue(socket);
      callback(...result);
    });
}

const CONTINUE = Buffer.from('HTTP/1.1 100');
const END_OF_HEAD = Buffer.from('\r\n\r\n');
/** What an interim head may have. */
const MOST_HEAD = 16_384;

/**
 * Takes interim responses away where they may stand: before the first byte of each final response (RFC 9110 §15.2.1). A request is
 * written at once and its response read before the next, so that what comes after a write is the beginning of a response.
 */
function hideContinue(socket: Duplex): void {
  const { read, write } = socket;
  let isBeginning = false;
  let kept: Buffer | null = null;
  /** What of the beginning of a response may be shown; null while that is not known, or nothing. */
  const shown = (given: Buffer): Buffer | null => {
    let bytes = given;
    while (bytes.length > 0) {
      const known = Math.min(bytes.length, CONTINUE.length);
      if (bytes.compare(CONTINUE, 0, known, 0, known) !== 0) {
        isBeginning = false;
        return bytes;
      }
      const end = bytes.indexOf(END_OF_HEAD);
      if (end < 0 && bytes.length > MOST_HEAD) return bytes;
      if (end < 0) {
        kept = bytes;
        return null;
      }
      bytes = bytes.subarray(end + END_OF_HEAD.length);
    }
    return null;
  };
  const hooked = (name: 'read' | 'write', value: (...given: readonly unknown[]) => unknown): void => {
    Object.defineProperty(socket, name, { value, configurable: true, writable: true });
  };
  hooked('write', (...given) => {
    isBeginning = true;
    return Reflect.apply(write, socket, given);
  });
  hooked('read', (...given) => {
    for (;;) {
      const chunk: unknown = Reflect.apply(read, socket, given);
      if (!isBeginning || !Buffer.isBuffer(chunk)) return chunk;
      const bytes = kept ? Buffer.concat([kept, chunk]) : chunk;
      kept = null;
      const whole = shown(bytes);
      if (whole) return whole;
    }
  });
}
