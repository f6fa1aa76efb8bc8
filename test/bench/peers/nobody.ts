import type { Peer } from './peer.ts';

/**
 * No gateway: the load asks the subgraph itself, both on their core. What it reaches is the most that any gateway could
 * be seen to reach here; a gateway far below it was itself the limit.
 */
export const nobody: Peer = {
  name: 'no gateway',
  plans: false,
  absence: () => null,
  start: async ({ members }) => ({
    pid: 0,
    port: Number(new URL(members[0]?.url ?? '').port),
    path: '/',
    phrase: (operation) => operation,
    said: () => '',
    stop: async () => undefined,
  }),
};
