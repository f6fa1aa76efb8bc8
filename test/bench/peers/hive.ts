import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../machine/index.ts';
import { absenceOf, installedPath, type OptionalPackage } from './installed.ts';
import type { Peer } from './peer.ts';
import { startProgram } from './program.ts';

/** Hands the caller's token on; everything else is as delivered. */
const CONFIGURATION = `export const gatewayConfig = {
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }),
  },
};
`;

function hive(name: string, packages: readonly OptionalPackage[], options: readonly string[]): Peer {
  return {
    name,
    plans: true,
    absence: () => absenceOf(packages),
    async start({ supergraph, folder }) {
      const port = await freePort();
      const configuration = join(folder, 'gateway.config.mjs');
      writeFileSync(configuration, CONFIGURATION);
      const program = installedPath('@graphql-hive/gateway', 'dist/bin.js');
      const where = ['--host', '127.0.0.1', '--port', String(port), '--config-path', configuration];
      return startProgram({
        command: [process.execPath, program, 'supergraph', supergraph, ...where, ...options],
        folder,
        port,
        path: '/graphql',
        environment: { LOG_LEVEL: 'error' },
      });
    },
  };
}

/** Hive Gateway with its default runtime, planned and stitched in JavaScript. */
export const hiveDefault = hive('Hive Gateway, default runtime', ['@graphql-hive/gateway'], []);

/** Hive Gateway with the query planner of Hive Router, in Rust. */
export const hiveRust = hive(
  'Hive Gateway, Rust planner',
  ['@graphql-hive/gateway', '@graphql-hive/router-runtime'],
  ['--hive-router-runtime'],
);
