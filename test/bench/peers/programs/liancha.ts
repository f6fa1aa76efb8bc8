import { loadConfiguration } from '../../../../gateway/config.ts';
import { projectRoot } from '../../../../gateway/files.ts';
import { PARTS, startGateway } from '../../../../gateway/gateway.ts';
import { memoryLedger } from '../../../../gateway/ledger/index.ts';
import type { Variant } from '../liancha.ts';

/** `node liancha.js <variant>`: the gateway as `gateway/main.ts` starts it, with at most one part exchanged. */
const VARIANTS: Record<Variant, Partial<typeof PARTS>> = {
  whole: {},
  'embedded-database': {}, // Chosen by the configuration.
  'ledger-off': { openLedger: async ({ now }) => memoryLedger(now) },
  'policy-open': {
    createPolicy: (options) => ({ ...PARTS.createPolicy(options), entitle: () => EVERYTHING }),
  },
};

const EVERYTHING = {
  key: 'open',
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ effect: 'ALLOW', policies: ['open'], grants: [] }) as const,
};

const [, exchanged] = Object.entries(VARIANTS).find(([name]) => name === process.argv[2]) ?? [];
if (!exchanged) throw new Error(`there is no variant ${process.argv[2]}`);
const gateway = await startGateway(loadConfiguration(process.env, projectRoot()), {
  ...PARTS,
  ...exchanged,
});
process.once('SIGTERM', () => {
  gateway.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
