import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Failure } from '../errors.ts';
import { withoutMapping } from './address.ts';

export interface AccessRules {
  /** Where the gateway listens. */
  readonly host: string;
  readonly publicUrl?: string | undefined;
  /** Further names under which it is reached. */
  readonly hosts: readonly string[];
  /** Origins of other sites whose pages may ask (CORS). */
  readonly origins: readonly string[];
}

/** `origin`: of another site's page that may ask; null when there is none to be told so. */
export type Judged =
  | { readonly ok: true; readonly origin: string | null }
  | { readonly ok: false; readonly failure: Failure };

/** By which names the gateway lets itself be called, and from which pages. */
export interface Access {
  judge(request: IncomingMessage, url: URL): Judged;
}

const KEPT_HOSTS = 1_000;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * A page whose name is made to mean this machine (DNS rebinding) sends that name as `Host`, and is then of the gateway's own
 * origin for its browser: so only names that are known are answered (RFC 9110 §7.4). A page of another origin names that in
 * `Origin`, and may ask where it is listed.
 */
export function createAccess({ host, publicUrl, hosts, origins }: AccessRules): Access {
  const listed = [...hosts, host, ...(publicUrl ? [new URL(publicUrl).hostname] : [])];
  const own = new Set(listed.flatMap((one) => hostnameOf(one) ?? hostnameOf(`[${one}]`) ?? []));
  const publicHost = publicUrl ? new URL(publicUrl).host : null;
  const allowed = new Set(origins.map((one) => new URL(one).origin));
  const hostnames = new LRUCache<string, string>({ max: KEPT_HOSTS });
  const isKnown = (authority: string, { socket }: IncomingMessage): boolean => {
    let name = hostnames.get(authority);
    if (name === undefined) {
      name = hostnameOf(authority) ?? '';
      hostnames.set(authority, name);
    }
    if (LOOPBACK.test(name) || own.has(name)) return true;
    const local = withoutMapping(socket.localAddress ?? '');
    return local !== '' && (name === local || name === `[${local}]`); // No name that could be made to mean it.
  };
  return {
    judge(request, url) {
      const { host: authority, origin } = request.headers;
      const named = url.host === PLACEHOLDER ? authority : url.host; // RFC 9112 §3.2.2: the target's own.
      const isMeant = authority !== undefined && named !== undefined;
      if (!isMeant || !isKnown(authority, request) || !isKnown(named, request)) return MISDIRECTED;
      if (origin === undefined) return SAME;
      if (allowed.has(origin)) return { ok: true, origin };
      const from = URL.canParse(origin) ? new URL(origin).host : null;
      const isOwn = from !== null && (from === withoutUsualPort(authority) || from === publicHost);
      return isOwn ? SAME : FOREIGN;
    },
  };
}

/** The host of every URL that was read from a target without one. */
export const PLACEHOLDER = 'gateway.invalid';

const SAME: Judged = { ok: true, origin: null };
const MISDIRECTED: Judged = { ok: false, failure: { code: 'MISDIRECTED_REQUEST', details: {} } };
const FOREIGN: Judged = { ok: false, failure: { code: 'ORIGIN_NOT_ALLOWED', details: {} } };

/** The name in a `Host` header, in the form that URLs give it; undefined when it is none. */
function hostnameOf(authority: string): string | undefined {
  if (!/^[^\s/?#@\\]+$/.test(authority) || !URL.canParse(`http://${authority}`)) return undefined;
  return new URL(`http://${authority}`).hostname.replace(/\.$/, '');
}

/** `Origin` leaves the port of its scheme out; `Host` may say it. */
function withoutUsualPort(authority: string): string {
  return authority.toLowerCase().replace(/:(80|443)$/, '');
}
