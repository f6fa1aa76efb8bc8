import { lookup } from 'node:dns/promises';
import { isLoopback } from '../../addresses.ts';
import { type Finding, finding, urlFinding } from '../../registry/index.ts';

/** Where services may be. */
export interface ReachParts {
  /** Hosts that may be asked wherever they are, by the configuration. */
  readonly allowedHosts: readonly string[];
  /** Hosts that the administrator has approved for a department. */
  approvedHosts(department: string): readonly string[];
  /** Where the configuration says that a subgraph runs. */
  configuredUrl(subgraph: string): string | undefined;
}

export type Reach =
  | { readonly ok: true; readonly isTrusted: boolean }
  | { readonly ok: false; readonly finding: Finding };

/**
 * May a department's subgraph run there? Only where the administrator has approved the host; and an approved name may still not
 * lead to this machine, its links or metadata services: those need the configuration, or the approval of a loopback address by its number.
 */
export async function judgeUrl(
  parts: ReachParts,
  { name, url, department }: { readonly name: string; readonly url: string; readonly department: string },
): Promise<Reach> {
  if (url === parts.configuredUrl(name)) return { ok: true, isTrusted: true };
  const approved = parts.approvedHosts(department);
  const anywhere = [...parts.allowedHosts, ...approved.filter(isLoopbackHost)];
  const refusal = await urlFinding(url, { allowed: anywhere, approved }, async (host) =>
    (await lookup(host, { all: true })).map(({ address }) => address),
  );
  if (refusal) return { ok: false, finding: refusal };
  const { host, hostname } = new URL(url);
  const isIn = (hosts: readonly string[]): boolean => hosts.includes(host) || hosts.includes(hostname);
  if (isIn(parts.allowedHosts) || isIn(approved)) return { ok: true, isTrusted: isIn(anywhere) };
  const text = `${url}: 主机 ${host} 未经共享平台管理单位批准。请其执行 liancha department approve-url --department ${department} --host ${host}。 The platform administrator has not approved the host.`;
  return { ok: false, finding: finding('URL_NOT_ALLOWED', null, text) };
}

/** A loopback address by its number, with or without a port. */
export function isLoopbackHost(host: string): boolean {
  return isLoopback(host.replace(/:\d+$/, ''));
}
