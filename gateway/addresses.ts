import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses at which no provider may be: this machine, its links, and the metadata services of clouds. */
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('0.0.0.0', 8);
FORBIDDEN.addSubnet('169.254.0.0', 16);
FORBIDDEN.addSubnet('100.100.100.200', 32);
FORBIDDEN.addSubnet('224.0.0.0', 4);
FORBIDDEN.addAddress('255.255.255.255');
FORBIDDEN.addAddress('::', 'ipv6');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addSubnet('ff00::', 8, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6');
/** IPv4 in IPv6: NAT64 and 6to4 lead wherever the IPv4 address inside leads. */
FORBIDDEN.addSubnet('64:ff9b::', 96, 'ipv6');
FORBIDDEN.addSubnet('2002::', 16, 'ipv6');

function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family === 0 || list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function unmapped(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '');
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (dotted) return dotted;
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(bare);
  if (!hex) return bare;
  const [high = 0, low = 0] = hex.slice(1).map((part) => Number.parseInt(part, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** May nobody be asked at this address, unless the configuration says so? What is no address may not either. */
export function isForbiddenAddress(address: string): boolean {
  const plain = unmapped(address);
  return isIn(LOOPBACK, plain) || isIn(FORBIDDEN, plain);
}

/** An address of this machine, which an administrator may approve by its number. */
export function isLoopback(address: string): boolean {
  const plain = unmapped(address);
  return isIP(plain) !== 0 && isIn(LOOPBACK, plain);
}

/** A connection was refused because of the address that it leads to. */
export class ForbiddenAddress extends Error {}

/**
 * Resolves names for a connection and judges every address at that moment: what was judged is what is connected to, so that
 * a name cannot mean another address when it is asked again (DNS rebinding).
 */
export const judgedLookup: LookupFunction = (hostname, options, done) => {
  resolve(hostname, { ...options, all: true }, (error, found) => {
    if (error) return done(error, '', 0);
    const [first] = found;
    if (!first || found.some(({ address }) => isForbiddenAddress(address)))
      return done(new ForbiddenAddress(`${hostname} leads to an address that is not allowed`), '', 0);
    if (options.all) done(null, found);
    else done(null, first.address, first.family);
  });
};
