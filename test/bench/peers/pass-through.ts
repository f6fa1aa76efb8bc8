import { fileURLToPath } from 'node:url';
import { freePort } from '../machine/index.ts';
import type { Peer } from './peer.ts';
import { startProgram } from './program.ts';

const PROGRAM = fileURLToPath(new URL('./programs/pass-through.js', import.meta.url));

/** The limit of the machine in Node: one `node:http` server that hands the body on with undici. No gateway. */
export const passThrough: Peer = {
  name: 'pass-through',
  plans: false,
  absence: () => null,
  async start({ members, folder }) {
    const port = await freePort();
    const command = [process.execPath, PROGRAM, members[0]?.url ?? '', String(port)];
    return startProgram({ command, folder, port, path: '/' });
  },
};
