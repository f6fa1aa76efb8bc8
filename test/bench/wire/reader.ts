const EMPTY = Buffer.alloc(0);
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
const END = '\r\n';

/** One HTTP/1.1 message (RFC 9112): everything before the body, and the body where it is kept. */
export interface Message {
  readonly head: string;
  readonly body: Buffer;
  readonly bodyLength: number;
}

/**
 * Reads HTTP/1.1 messages off one connection. It knows what the programs of a benchmark send each other (bodies with
 * a length, and chunked ones) and costs a few microseconds a message, so that the core of the load is never full
 * before the core of the gateway is.
 */
export class MessageReader {
  readonly #onMessage: (message: Message) => void;
  readonly #keepsBody: boolean;
  #state: 'head' | 'body' | 'size' | 'chunk' | 'trailer' = 'head';
  #unread: Buffer = EMPTY;
  #head = '';
  #parts: Buffer[] = [];
  #length = 0;
  /** Bytes that are missing of the body, or of the chunk and the line end behind it. */
  #left = 0;

  constructor(keepsBody: boolean, onMessage: (message: Message) => void) {
    this.#keepsBody = keepsBody;
    this.#onMessage = onMessage;
  }

  read(chunk: Buffer): void {
    let bytes = this.#unread.length > 0 ? Buffer.concat([this.#unread, chunk]) : chunk;
    this.#unread = EMPTY;
    while (bytes.length > 0) {
      const used = this.#step(bytes);
      if (used === 0) {
        this.#unread = bytes;
        return;
      }
      bytes = bytes.subarray(used);
    }
  }

  /** Reads one part of a message; the bytes that it took, 0 when more are needed. */
  #step(bytes: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes);
      case 'body': {
        const used = this.#take(bytes, this.#left);
        if (this.#left === 0) this.#finish();
        return used;
      }
      case 'size':
        return this.#readSize(bytes);
      case 'chunk': {
        const data = Math.max(0, this.#left - END.length); // Behind a chunk stands a line end.
        if (data > 0) return this.#take(bytes, data);
        if (bytes.length < END.length) return 0;
        this.#left = 0;
        this.#state = 'size';
        return END.length;
      }
      case 'trailer': {
        const end = bytes.indexOf(END);
        if (end < 0) return 0;
        if (end === 0) this.#finish();
        return end + END.length;
      }
    }
  }

  #readHead(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return 0;
    this.#head = bytes.toString('latin1', 0, end);
    const length = LENGTH.exec(this.#head)?.[1];
    if (length === undefined && CHUNKED.test(this.#head)) this.#state = 'size';
    else {
      this.#left = Number(length ?? 0);
      this.#state = 'body';
      if (this.#left === 0) this.#finish();
    }
    return end + 4;
  }

  #readSize(bytes: Buffer): number {
    const end = bytes.indexOf(END);
    if (end < 0) return 0;
    const size = Number.parseInt(bytes.toString('latin1', 0, end), 16);
    this.#state = size === 0 ? 'trailer' : 'chunk';
    this.#left = size + END.length;
    return end + END.length;
  }

  #take(bytes: Buffer, most: number): number {
    const used = Math.min(bytes.length, most);
    if (this.#keepsBody) this.#parts.push(bytes.subarray(0, used));
    this.#length += used;
    this.#left -= used;
    return used;
  }

  #finish(): void {
    const [only = EMPTY] = this.#parts;
    const body = this.#parts.length > 1 ? Buffer.concat(this.#parts) : only;
    const message = { head: this.#head, body, bodyLength: this.#length };
    this.#state = 'head';
    this.#parts = [];
    this.#length = 0;
    this.#onMessage(message);
  }
}
