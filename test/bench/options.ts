import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly quick: boolean;
  readonly json: boolean;
  readonly installPeers: boolean;
  /** Only cases whose id begins so; empty for all. */
  readonly only: readonly string[];
  /** Only peers whose name begins so; empty for all. */
  readonly peer: readonly string[];
}

/** Is something left out on request, so that the result is not the whole picture? */
export function isPartial({ only, peer }: BenchOptions): boolean {
  return only.length + peer.length > 0;
}

const USAGE = `npm run bench [-- options]
  --quick           under five minutes; writes no document
  --json            the results as JSON on standard output; writes no document
  --only <id>       only cases whose id begins so (may be repeated): small two deep big mixed cold rows subgraphs fields
  --peer <name>     only gateways whose name begins so (may be repeated): Liancha @apollo Hive Grafbase pass no
  --install-peers   installs the optional peers (Hive Gateway, Grafbase) into .liancha-bench/ and ends
`;

/** Ends the program with the usage when it is called wrongly. */
export function readOptions(parameters: readonly string[]): BenchOptions {
  try {
    const { values } = parseArgs({
      args: [...parameters],
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        peer: { type: 'string', multiple: true, default: [] },
        'install-peers': { type: 'boolean', default: false },
      },
    });
    return { ...values, installPeers: values['install-peers'] };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return process.exit(2);
  }
}
