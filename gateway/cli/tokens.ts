import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const Tokens = z.record(z.string(), z.string());

/** Tokens by gateway URL, readable by their owner alone: `$XDG_CONFIG_HOME/liancha/tokens.json`. */
function fileOf(environment: NodeJS.ProcessEnv): string {
  const folder = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config');
  return join(folder, 'liancha', 'tokens.json');
}

function read(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  const parsed = Tokens.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new Error(`${path} 已损坏 is damaged: remove it and log in again`);
  return parsed.data;
}

/** The token that was stored for a gateway by `liancha login`. */
export function storedToken(environment: NodeJS.ProcessEnv, gateway: string): string | undefined {
  return read(fileOf(environment))[gateway];
}

/** Stores a token, or forgets it when it is null. Returns where. */
export function storeToken(environment: NodeJS.ProcessEnv, gateway: string, token: string | null): string {
  const path = fileOf(environment);
  const { [gateway]: _, ...others } = read(path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}`;
  const tokens = token === null ? others : { ...others, [gateway]: token };
  writeFileSync(next, `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, path);
  return path;
}
