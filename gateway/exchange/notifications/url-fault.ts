import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { judgedLookup } from '../../addresses.ts';
import { urlFinding } from '../../registry/index.ts';

/** Where webhooks may lead. */
export interface WebhookReach {
  /** Hosts that may be asked wherever they are, by the configuration. */
  readonly allowedHosts: readonly string[];
  /** Hosts that the administrator has approved for a department. */
  approvedHosts(department: string): readonly string[];
}

/** Why a department's URL may not be asked; null when it may. The rules are those for providers; in a private network only what is approved. */
export async function urlFault(reach: WebhookReach, url: string, department: string): Promise<string | null> {
  const found = await urlFinding(url, hostsOf(reach, department), async (host) =>
    (await lookup(host, { all: true })).map(({ address }) => address),
  );
  return found?.message ?? null;
}

/**
 * How a URL is connected to: its name is resolved there, once, and what it leads to is judged. Or why it is not. No `lookup`: its host may be
 * anywhere, or is an address that was judged.
 */
export async function connectionTo(
  reach: WebhookReach,
  url: string,
  department: string,
): Promise<{ readonly fault: string } | { readonly lookup?: LookupFunction }> {
  const hosts = hostsOf(reach, department);
  const found = await urlFinding(url, hosts, null);
  if (found) return { fault: found.message };
  const { host, hostname } = new URL(url);
  const isIn = (all: readonly string[]): boolean => all.includes(host) || all.includes(hostname);
  return isIn(hosts.allowed) ? {} : { lookup: judgedLookup(isIn(hosts.approved) ? 'APPROVED' : 'PUBLIC') };
}

function hostsOf({ allowedHosts, approvedHosts }: WebhookReach, department: string) {
  return { allowed: allowedHosts, approved: approvedHosts(department) };
}
