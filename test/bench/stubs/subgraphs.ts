import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { GraphName } from '../graphs/index.ts';
import { LOAD_CORE, pinned } from '../machine/index.ts';

/** What the subgraphs have received since they were last asked. */
export interface Received {
  readonly calls: number;
  /** The `authorization` header of the last call. */
  readonly authorization: string | null;
}

/** The running subgraphs of one graph. */
export interface Subgraphs {
  readonly pid: number;
  urlOf(name: string): string;
  /** Tells, and begins anew. */
  received(): Promise<Received>;
  stop(): Promise<void>;
}

const Started = z.object({ ports: z.record(z.string(), z.number()) });
const Told = z.object({ calls: z.number(), authorization: z.string().nullable() });
const PROGRAM = fileURLToPath(new URL('./stub.js', import.meta.url));

/** Starts the subgraphs in a process of their own, on the core of the load. */
export async function startSubgraphs(graph: GraphName): Promise<Subgraphs> {
  const [command, parameters] = pinned(LOAD_CORE, [process.execPath, PROGRAM, graph]);
  const child = spawn(command, parameters, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { ports } = Started.parse(await message(child));
  return {
    pid: child.pid ?? 0,
    urlOf: (name) => `http://127.0.0.1:${ports[name] ?? 0}/`,
    received: () => {
      const told = message(child);
      child.send('received');
      return told.then((one) => Told.parse(one));
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the subgraphs have ended'));
    child.once('exit', ended);
    child.once('message', (one) => {
      child.off('exit', ended);
      resolve(one);
    });
  });
}
