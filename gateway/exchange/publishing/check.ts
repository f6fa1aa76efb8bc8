import { lookup } from 'node:dns/promises';
import {
  type CatalogueResource,
  checkSubgraph,
  type Finding,
  mismatchFinding,
  readCatalogue,
  type SeenOperation,
  type Subgraph,
  urlFinding,
} from '../../registry/index.ts';
import { runningSdl } from './running-sdl.ts';

/** What a check needs of the platform. */
export interface CheckParts {
  readonly specification: string;
  /** Hosts that may be asked wherever they are. */
  readonly allowedHosts: readonly string[];
  live(): readonly Subgraph[];
  /** Operations that consumers have asked lately. */
  operations(): readonly SeenOperation[];
  /** Does a department hold a grant for a coordinate now? */
  isGranted(department: string, coordinate: string): boolean;
  /** What the catalogue has against publishing resources. */
  catalogueFaults(resources: readonly CatalogueResource[]): Promise<readonly Finding[]>;
}

export interface CheckRequest {
  readonly name: string;
  readonly sdl: string;
  readonly url?: string | null;
  readonly reason?: string | null;
  readonly provider: Subgraph['provider'];
}

/** Every reason why a subgraph may not go live, those that only its running service shows included. */
export async function checkPublication(parts: CheckParts, asked: CheckRequest): Promise<Finding[]> {
  const { name, sdl, provider } = asked;
  const live = parts.live();
  const url = asked.url ?? live.find((one) => one.name === name)?.url ?? 'http://unknown.invalid/';
  const found = checkSubgraph({
    candidate: { name, sdl, url, provider },
    live,
    specification: parts.specification,
    operations: parts.operations(),
    isGranted: (coordinate) => parts.isGranted(provider.code, coordinate),
    ...(asked.reason && { reason: asked.reason }),
  });
  // Of a schema that cannot be read, or whose name is not the department's, the catalogue has nothing to say.
  if (!found.some(({ code }) => code === 'COMPOSITION_ERROR' || code === 'RESERVED_NAME'))
    found.push(...(await parts.catalogueFaults(readCatalogue([{ name, sdl, url, provider }]))));
  return asked.url ? [...found, ...(await reachFindings(parts, asked.url, sdl))] : found;
}

async function reachFindings(parts: CheckParts, url: string, sdl: string): Promise<Finding[]> {
  const refusal = await urlFinding(url, parts.allowedHosts, async (host) =>
    (await lookup(host, { all: true })).map(({ address }) => address),
  );
  if (refusal) return [refusal];
  const running = await runningSdl(url);
  if (running === null) {
    const message = `${url} 未以子图应答（_service { sdl }）。 It does not answer as a subgraph.`;
    return [{ code: 'SCHEMA_MISMATCH', coordinate: null, article: 'Art. 13', message }];
  }
  const mismatch = mismatchFinding(sdl, running);
  return mismatch ? [mismatch] : [];
}
