import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { GATEWAY_CORE, pinned } from '../machine/index.ts';
import type { Running } from './peer.ts';

export interface ProgramOptions {
  readonly command: readonly string[];
  readonly folder: string;
  readonly port: number;
  readonly path: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The header that a first question needs. */
  readonly authorization?: string;
  phrase?(operation: string): string;
}

/** Whatever happens to this program, none of them is left behind. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const PATIENCE_MS = 60_000;
const POLL_MS = 25;

/** Starts a gateway on its core and waits until it answers. Rejects with what it said when it does not. */
export async function startProgram(options: ProgramOptions): Promise<Running> {
  const { port, path, folder } = options;
  const [command, parameters] = pinned(GATEWAY_CORE, options.command);
  const child = spawn(command, parameters, {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let said = '';
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-2_000);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const stop = (): Promise<void> => stopProgram(child);
  const isUp = await untilUp(child, `http://127.0.0.1:${port}${path}`);
  if (!isUp) {
    await stop();
    throw new Error(`it did not start: ${said.trim().slice(-500)}`);
  }
  const phrase = options.phrase ?? ((text) => text);
  return { pid: child.pid ?? 0, port, path, phrase, said: () => said.trim(), stop };
}

/** Any answer will do, also a refusal: the door is open. */
async function untilUp(child: ChildProcess, url: string): Promise<boolean> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end && child.exitCode === null) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ __typename }"}',
        signal: AbortSignal.timeout(5_000),
      });
      await response.arrayBuffer();
      if (response.status < 500) return true;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(force);
}
