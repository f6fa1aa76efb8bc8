import { APOLLO, apollo } from './apollo.ts';
import { grafbase } from './grafbase.ts';
import { hiveDefault, hiveRust } from './hive.ts';
import {
  EMBEDDED,
  embedded,
  LEDGER_OFF,
  LIANCHA,
  ledgerOff,
  liancha,
  POLICY_OPEN,
  policyOpen,
} from './liancha.ts';
import { nobody } from './nobody.ts';
import { passThrough } from './pass-through.ts';
import type { Peer } from './peer.ts';

export { installPeers } from './installed.ts';
export type { Peer, Running, Setting } from './peer.ts';
export { APOLLO, EMBEDDED, LEDGER_OFF, LIANCHA, ledgerOff, liancha, POLICY_OPEN };

/** Everyone who is measured, in the order of the tables. */
export const PEERS: readonly Peer[] = [
  nobody,
  passThrough,
  apollo,
  hiveDefault,
  hiveRust,
  grafbase,
  liancha,
  ledgerOff,
  policyOpen,
  embedded,
];

export const NOBODY = nobody.name;
export const PASS_THROUGH = passThrough.name;
export const GRAFBASE = grafbase.name;
/** Variants of Liancha, which tell what a part costs. */
export const VARIANTS: ReadonlySet<string> = new Set([LEDGER_OFF, POLICY_OPEN, EMBEDDED]);
