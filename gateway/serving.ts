import { isIP, type LookupFunction } from 'node:net';
import { isForbiddenAddress, judgedLookup } from './addresses.ts';
import {
  type AssertedRequest,
  type BrokerParts,
  createBroker,
  createEngine,
  type Planners,
  type ProviderQuestion,
  type ProviderSockets,
  type Upstream,
} from './broker/index.ts';
import type { Service } from './http/index.ts';
import type { Publication, Subgraph } from './registry/index.ts';

/** What a call to a provider came to. */
type CallOutcome = 'OK' | 'PROVIDER_UNAVAILABLE' | 'PROVIDER_TIMEOUT';

/** What every serving is made with, whatever is published. */
export interface ServingParts {
  readonly broker: Omit<BrokerParts, 'publication' | 'engine' | 'ask' | 'listen'>;
  readonly planners: Pick<Planners, 'open'>;
  /** How the providers are asked. */
  connect(reachable: readonly Reachable[]): {
    readonly upstream: Upstream;
    readonly sockets: ProviderSockets;
  };
  /** May a subgraph's address lead anywhere? Others are judged at each connection. */
  isTrusted(subgraph: Subgraph): boolean;
  /** The `Authorization` with which a provider is asked; none where nobody in particular asks. */
  authorize?(question: ProviderQuestion, request: AssertedRequest): string;
  /** Told of every call to a provider: `OK` or the error's code, and how long it took. */
  onCalled(subgraph: string, outcome: CallOutcome, tookMs: number): void;
}

/**
 * Everything that belongs to one publication: the broker, its engine, the thread that plans and its share of the
 * connections to the providers. What is published next has a serving of its own; this one is closed when nobody uses it any more.
 */
export interface Serving extends Service {
  readonly publication: Publication;
  /** Closes when everybody has left. */
  retire(): Promise<void>;
}

export async function createServing(publication: Publication, parts: ServingParts): Promise<Serving> {
  const planner = await parts.planners.open(publication.supergraphSdl);
  const reachable = publication.subgraphs.flatMap((one) => reach(one, parts.isTrusted(one)));
  const paths = new Map(publication.subgraphs.map(({ name, url }) => [name, pathOf(url)]));
  const { authorize } = parts;
  const { upstream, sockets } = parts.connect(reachable);
  const broker = createBroker({
    ...parts.broker,
    publication,
    engine: createEngine(publication, planner),
    async ask(question) {
      const { subgraph, body, idempotent } = question;
      const path = paths.get(subgraph) ?? '/';
      const request = {
        body,
        idempotent,
        ...(authorize && { authorize: () => authorize(question, { method: 'POST', path, body }) }),
      };
      const start = performance.now();
      const result = await upstream.send(subgraph, request);
      parts.onCalled(subgraph, result.ok ? 'OK' : result.code, performance.now() - start);
      return result;
    },
    listen(question, listener) {
      const { subgraph, body } = question;
      const path = paths.get(subgraph) ?? '/';
      const request = {
        body,
        ...(authorize && {
          authorize: (payload: string) => authorize(question, { method: 'GET', path, body: payload }),
        }),
      };
      return sockets.open(subgraph, request, listener);
    },
  });
  const close = async (): Promise<void> => {
    await planner.close();
    await upstream.close();
  };
  let inside = 0;
  let isRetired = false;
  let onEmpty: () => void = () => undefined;
  const empty = new Promise<void>((resolve) => {
    onEmpty = resolve;
  });
  return {
    publication,
    broker,
    enter() {
      inside++;
    },
    leave() {
      inside--;
      if (isRetired && inside === 0) onEmpty();
    },
    async retire() {
      await broker.subscriptions.endAll('REPLACED'); // Whoever serves them opens them anew at what is live.
      isRetired = true;
      if (inside === 0) onEmpty();
      await empty;
      await close();
    },
  };
}

/** Path and query, as they are requested. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

/** A subgraph with how its host is found, where that is judged. */
export type Reachable = Subgraph & { readonly lookup?: LookupFunction };

/** What was allowed when it was published may mean another address by now: it is judged again when it is connected to. */
function reach(subgraph: Subgraph, isTrusted: boolean): Reachable[] {
  if (isTrusted) return [subgraph];
  const host = new URL(subgraph.url).hostname.replace(/^\[|\]$/g, '');
  // No name is resolved for an address that is given by its number.
  if (isIP(host)) return isForbiddenAddress(host, 'APPROVED') ? [] : [subgraph];
  return [{ ...subgraph, lookup: judgedLookup('APPROVED') }];
}
