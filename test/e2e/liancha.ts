import { spawn } from 'node:child_process';
import { projectRoot } from '../../gateway/files.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the `liancha` command against a gateway, while this process goes on serving. */
export function liancha(
  url: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['dist/gateway/cli/liancha.js', ...parameters], {
      cwd: projectRoot(),
      env: { ...process.env, LIANCHA_URL: url, ...environment },
    });
    const texts = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      texts.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      texts.stderr += chunk;
    });
    child.on('close', (code) => resolve({ code, ...texts }));
  });
}
