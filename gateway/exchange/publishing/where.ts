import { isLoopbackHost } from './reach.ts';

/** What an instance's configuration says of where subgraphs run. */
export interface Where {
  configuredUrl(subgraph: string): string | undefined;
  /** May it be anywhere? It is configured, its host is allowed, or its loopback address approved by its number. */
  isTrusted(subgraph: {
    readonly name: string;
    readonly url: string;
    readonly provider: { readonly code: string };
  }): boolean;
}

export function reachOf(
  { providers }: { readonly providers: { readonly allowedHosts: readonly string[] } },
  configured: readonly { readonly name: string; readonly url: string }[],
  departments: { approvedHosts(department: string): readonly string[] },
): Where {
  const urls = new Map(configured.map(({ name, url }) => [name, url]));
  return {
    configuredUrl: (name) => urls.get(name),
    isTrusted({ name, url, provider }) {
      if (url === urls.get(name)) return true;
      const { host, hostname } = new URL(url);
      const approved = departments.approvedHosts(provider.code).filter(isLoopbackHost);
      return [...providers.allowedHosts, ...approved].some((one) => one === host || one === hostname);
    },
  };
}
