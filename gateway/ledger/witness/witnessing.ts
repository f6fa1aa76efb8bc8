import { join } from 'node:path';
import type { Ledger } from '../disclosure.ts';
import { openHeadKey } from '../heads-file.ts';
import { startHanding, type WitnessPlace } from './handing.ts';
import { openWitness, type WatchedLedger, type Witness } from './witness.ts';

export interface WitnessingOptions {
  readonly dataDir: string;
  readonly ledger: Ledger;
  readonly witnesses: readonly WitnessPlace[];
  readonly witnessEveryMs: number;
  readonly watches: readonly WatchedLedger[];
  readonly now: () => number;
  onProblem(facts: object, message: string): void;
}

/** Both sides of witnessing: this ledger's heads go to its witnesses, and other ledgers' heads are watched here. */
export async function openWitnessing(options: WitnessingOptions): Promise<Witness> {
  const { dataDir, ledger, onProblem, watches } = options;
  const folder = join(dataDir, 'ledger');
  const handing = await startHanding({
    folder,
    places: options.witnesses,
    everyMs: options.witnessEveryMs,
    head: () => ledger.head,
    proveConsistency: (first, second) => ledger.proveConsistency(first, second),
    onProblem: (place, error) => onProblem({ place, error }, 'a witness did not take a head of the ledger'),
  });
  const witness =
    watches.length === 0
      ? null
      : await openWitness({
          folder: join(dataDir, 'witness'),
          identity: {
            ledger: ledger.id,
            suite: ledger.suite,
            key: openHeadKey(join(dataDir, 'ledger-keys'), folder, ledger.suite),
            lastHead: () => ledger.head,
          },
          watched: watches,
          now: options.now,
          onFork: (seen, shown) =>
            onProblem({ seen, shown }, 'a ledger that is watched shows another history than before'),
        });
  return {
    see: async (request) => witness?.see(request) ?? { kind: 'UNKNOWN_LEDGER' },
    /** While the ledger is open still: its last head is signed and handed over. */
    async close() {
      await ledger.signHead().catch(() => undefined); // The ledger tells of it when it is closed.
      await handing.close();
      await witness?.close();
    },
  };
}
