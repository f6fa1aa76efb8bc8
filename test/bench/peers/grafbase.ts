import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainSdl } from '../graphs/index.ts';
import { freePort } from '../machine/index.ts';
import { absenceOf, installedPath } from './installed.ts';
import type { Peer } from './peer.ts';
import { startProgram } from './program.ts';

const PACKAGE = '@grafbase/cli-x86_64-unknown-linux-musl';

/**
 * Grafbase's native gateway in Rust, as its npm package has it (`grafbase dev`). It composes the plain schemas itself,
 * from files, and asks nobody else.
 */
export const grafbase: Peer = {
  name: 'Grafbase',
  plans: true,
  absence: () => absenceOf([PACKAGE]),
  async start({ members, folder }) {
    const port = await freePort();
    const tables = members.map(({ name, url, sdl }) => {
      const file = `${name}.graphql`;
      writeFileSync(join(folder, file), plainSdl(sdl));
      return `[subgraphs.${name}]\nurl = "${url}"\nschema_path = "${file}"\n`;
    });
    const headers = '[[headers]]\nrule = "forward"\nname = "authorization"\n';
    const configuration = join(folder, 'grafbase.toml');
    writeFileSync(configuration, [headers, ...tables].join('\n'));
    const address = `127.0.0.1:${port}`;
    return startProgram({
      command: [
        installedPath(PACKAGE, 'grafbase'),
        'dev',
        '--config',
        configuration,
        '--listen-address',
        address,
      ],
      folder,
      port,
      path: '/graphql',
      environment: { HOME: folder },
    });
  },
};
