import { fileURLToPath } from 'node:url';
import { freePort } from '../machine/index.ts';
import type { Peer } from './peer.ts';
import { startProgram } from './program.ts';

const PROGRAM = fileURLToPath(new URL('./programs/apollo.js', import.meta.url));

export const APOLLO = '@apollo/gateway';

/** The reference: bare @apollo/server with @apollo/gateway. */
export const apollo: Peer = {
  name: APOLLO,
  plans: true,
  absence: () => null,
  async start({ supergraph, folder }) {
    const port = await freePort();
    const command = [process.execPath, PROGRAM, supergraph, String(port)];
    return startProgram({ command, folder, port, path: '/' });
  },
};
