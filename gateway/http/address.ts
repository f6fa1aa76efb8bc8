import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The addresses that one caller is taken to have: an IPv4 address, or an IPv6 network of 64 bits, as one line may use all of it. */
export function callerOf({ socket }: Pick<IncomingMessage, 'socket'>): string {
  return networkOf(socket.remoteAddress ?? '');
}

export function networkOf(address: string): string {
  const plain = withoutMapping(address);
  if (isIP(plain) !== 6) return plain;
  const [first = '', second] = (plain.split('%')[0] ?? '').split('::');
  const head = first === '' ? [] : first.split(':');
  if (second !== undefined) {
    const tail = second === '' ? [] : second.split(':');
    while (head.length + tail.length < 8) head.push('0');
    head.push(...tail);
  }
  return `${head
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** An IPv4 address as a socket that listens on both families gives it. */
export function withoutMapping(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
