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
FORBIDDEN.addSubnet('240.0.0.0', 4);
/** IPv4 in IPv6 (compatible, NAT64, 6to4, Teredo): leads wherever the IPv4 address inside leads. What is mapped is judged as what it maps. */
for (const [network, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fec0::', 10],
] as const)
  FORBIDDEN.addSubnet(network, bits, 'ipv6');

/** Networks that are somebody's own: the platform's too. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10], // carriers
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['198.18.0.0', 15], // benchmarks
] as const)
  PRIVATE.addSubnet(network, bits);
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('2001:db8::', 32, 'ipv6');

function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family === 0 || list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function unmapped(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '');
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (dotted) return dotted;
  const hex = /^(?:::|0*:0*:0*:0*:0*:)ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(bare);
  if (!hex) return bare;
  const [high = 0, low = 0] = hex.slice(1).map((part) => Number.parseInt(part, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * How far a URL may lead. `APPROVED`: its host was approved by the administrator, and may stand in a private network, as providers do.
 * `PUBLIC`: nobody has approved it. Neither may lead to this machine, its links or the metadata services of clouds.
 */
export type Reach = 'APPROVED' | 'PUBLIC';

/** May nobody be asked at this address, unless the configuration says so? What is no address may not either. */
export function isForbiddenAddress(address: string, reach: Reach): boolean {
  const plain = unmapped(address);
  return isIn(LOOPBACK, plain) || isIn(FORBIDDEN, plain) || (reach === 'PUBLIC' && isIn(PRIVATE, plain));
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
export function judgedLookup(reach: Reach): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '', 0);
      const [first] = found;
      if (!first || found.some(({ address }) => isForbiddenAddress(address, reach)))
        return done(new ForbiddenAddress(`${hostname} leads to an address that is not allowed`), '', 0);
      if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}
