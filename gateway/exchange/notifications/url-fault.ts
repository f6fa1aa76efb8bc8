import { lookup } from 'node:dns/promises';
import { urlFinding } from '../../registry/index.ts';

/** Why a department's URL may not be asked; null when it may. The same rules as for providers: no way into the platform's own network. */
export async function urlFault(url: string, allowedHosts: readonly string[]): Promise<string | null> {
  const found = await urlFinding(url, allowedHosts, async (host) =>
    (await lookup(host, { all: true })).map(({ address }) => address),
  );
  return found?.message ?? null;
}
