import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Message, MessageReader } from './reader.ts';

const LENGTHS = 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"data":{}}';
const CHUNKS =
  'HTTP/1.1 503 Busy\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\n{"d\r\n8\r\nata":{}}\r\n0\r\n\r\n';
const EMPTY = 'HTTP/1.1 204 No Content\r\n\r\n';

describe('the reader of messages', () => {
  it('finds the same messages wherever the network cuts the bytes', () => {
    const whole = Buffer.from(LENGTHS + CHUNKS + EMPTY + LENGTHS);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: whole.length - 1 }));
    fc.assert(
      fc.property(cuts, (some) => {
        const messages: Message[] = [];
        const reader = new MessageReader(true, (message) => messages.push(message));
        const ends = [...some.sort((a, b) => a - b), whole.length];
        ends.forEach((end, at) => {
          reader.read(whole.subarray(ends[at - 1] ?? 0, end));
        });
        const seen = messages.map(({ head, body, bodyLength }) => [
          head.slice(9, 12),
          String(body),
          bodyLength,
        ]);
        const ok = ['200', '{"data":{}}', 11];
        expect(seen).toEqual([ok, ['503', '{"data":{}}', 11], ['204', '', 0], ok]);
      }),
    );
  });

  it('counts a body that it does not keep', () => {
    const lengths: number[] = [];
    const reader = new MessageReader(false, ({ bodyLength }) => lengths.push(bodyLength));
    reader.read(Buffer.from(LENGTHS + CHUNKS));
    expect(lengths).toEqual([11, 11]);
  });
});
