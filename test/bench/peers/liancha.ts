import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../machine/index.ts';
import type { Peer } from './peer.ts';
import { startProgram } from './program.ts';

const PROGRAM = fileURLToPath(new URL('./programs/liancha.js', import.meta.url));
const PURPOSE = '@purpose(use: ADMINISTRATIVE_BASIS, matter: "bench")';

/** Limits are judged, and high enough for every case. */
const LIMITS = {
  requestsPerMinute: 100_000_000,
  cost: 1_000_000_000,
  answerBytes: 256 * 1_048_576,
};

/** Which part is exchanged, to learn what it costs. */
export type Variant = 'whole' | 'ledger-off' | 'policy-open' | 'embedded-database';

function variant(name: string, kind: Variant): Peer {
  return {
    name,
    plans: true,
    absence: () => null,
    async start({ members, folder, issuer, createDatabase }) {
      const databaseUrl = kind === 'embedded-database' ? null : await createDatabase();
      const port = await freePort();
      const subgraphs = members.map(({ name: member, url, department, sdl }) => {
        const schema = join(folder, `${member}.graphql`);
        writeFileSync(schema, sdl);
        return { name: member, url, department, schema };
      });
      const file = join(folder, 'liancha.yaml');
      const settings = {
        port,
        dataDir: join(folder, 'data'),
        limits: LIMITS,
        issuers: [{ issuer: issuer.issuer, jwks: { file: issuer.jwks } }],
        subgraphs,
        ...(databaseUrl !== null && { databaseUrl }),
      };
      writeFileSync(file, JSON.stringify(settings)); // JSON is YAML.
      return startProgram({
        command: [process.execPath, PROGRAM, kind],
        folder,
        port,
        path: '/graphql',
        environment: { LIANCHA_CONFIG: file, LOG_LEVEL: 'error' },
        phrase: (operation) => operation.replace(/^query\b/, `query ${PURPOSE}`),
      });
    },
  };
}

export const LIANCHA = 'Liancha';
export const LEDGER_OFF = 'Liancha, ledger off';
export const POLICY_OPEN = 'Liancha, policy open';
export const EMBEDDED = 'Liancha, embedded database';

/** With everything that production needs. */
export const liancha = variant(LIANCHA, 'whole');
/** Records are numbered and thrown away; everything else as in production. */
export const ledgerOff = variant(LEDGER_OFF, 'ledger-off');
/** Everything is allowed without asking Cedar; everything else as in production. */
export const policyOpen = variant(POLICY_OPEN, 'policy-open');
/** With PGlite in a thread of the gateway instead of a PostgreSQL server. */
export const embedded = variant(EMBEDDED, 'embedded-database');
