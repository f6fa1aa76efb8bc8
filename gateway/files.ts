import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Root of the installed project: the nearest folder above this file that holds `package.json`. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error('package.json not found above the gateway: the installation is incomplete');
    folder = parent;
  }
  return folder;
}

/**
 * The built twin of a file beside the caller's, as threads run it: Node 20 does not run TypeScript. A caller that is built itself
 * finds it in place; one that runs from its source (in tests) finds what was built last.
 */
export function builtFile(caller: string, relative: string): URL {
  const url = new URL(relative, caller);
  if (!caller.endsWith('.ts')) return url;
  const root = projectRoot();
  return pathToFileURL(fileURLToPath(url).replace(root, join(root, 'dist')));
}
