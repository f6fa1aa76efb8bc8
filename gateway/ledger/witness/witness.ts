import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Head, isSignedBy, PublicKeys } from '../head.ts';
import { readPublicKey, suiteOf } from '../suite.ts';
import { verifyConsistency } from '../tree.ts';
import { Cosignature, cosign, type WitnessIdentity } from './cosignature.ts';
import { type LineFile, openLines, readTexts } from './lines.ts';

/** What a ledger hands to its witness: a head, and the proof that it goes on from the size that the witness saw last. */
export const WitnessRequest = z.strictObject({
  head: Head,
  first: z.number().int().min(0),
  proof: z.array(z.string().max(64)).max(128),
});
export type WitnessRequest = z.infer<typeof WitnessRequest>;

/** What came of it. Only the first says that the head was seen. */
export type Witnessed =
  | { readonly kind: 'COSIGNED'; readonly cosignature: Cosignature }
  /** Nobody has asked this witness to watch that ledger. */
  | { readonly kind: 'UNKNOWN_LEDGER' }
  /** Not signed by a key of that ledger. */
  | { readonly kind: 'NOT_SIGNED' }
  /** The proof must begin at the size that this witness saw last. */
  | { readonly kind: 'SEEN'; readonly size: number }
  /** The head contradicts what was seen: the ledger shows different histories. */
  | { readonly kind: 'FORK'; readonly size: number };

/** A ledger that is watched, and the file of its public keys, got from those who run it. */
export interface WatchedLedger {
  readonly ledger: string;
  readonly keys: string;
}

/** Watches other ledgers: remembers the last head of each, and co-signs only what goes on from there. */
export interface Witness {
  see(request: WitnessRequest): Promise<Witnessed>;
  close(): Promise<void>;
}

export interface WitnessOptions {
  /** Where seen heads are kept: `<ledger>.v1`. */
  readonly folder: string;
  readonly identity: WitnessIdentity;
  readonly watched: readonly WatchedLedger[];
  readonly now: () => number;
  /** Told of every fork: it must be looked into. */
  onFork(seen: Head, shown: Head): void;
}

/** One line of the witness's book. */
export const SeenHead = z.strictObject({ head: Head, cosignature: Cosignature });

export async function openWitness(options: WitnessOptions): Promise<Witness> {
  const { folder, watched } = options;
  if (watched.length > 0) mkdirSync(folder, { recursive: true, mode: 0o750 });
  const books = new Map<string, Book>();
  for (const one of watched) books.set(one.ledger, await openBook(options, one));
  return {
    see: async (request) => books.get(request.head.ledger)?.see(request) ?? { kind: 'UNKNOWN_LEDGER' },
    async close() {
      for (const book of books.values()) await book.close();
    },
  };
}

interface Book {
  see(request: WitnessRequest): Promise<Witnessed>;
  close(): Promise<void>;
}

async function openBook(options: WitnessOptions, { ledger, keys }: WatchedLedger): Promise<Book> {
  if (!/^[\w-]{1,64}$/.test(ledger)) throw new Error(`${ledger} is not the id of a ledger`);
  const path = join(options.folder, `${ledger}.v1`);
  let last: Head | null = null;
  for (const text of readTexts(path)) last = SeenHead.parse(JSON.parse(text)).head;
  const file = await openLines(path);
  let turn: Promise<unknown> = Promise.resolve();
  /** One after the other: two heads at the same moment must not both go on from the same one. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  return {
    see: (request) =>
      inTurn(async () => {
        const refusal = judge(request, last, keys);
        if (refusal?.kind === 'FORK' && last) options.onFork(last, request.head);
        if (refusal) return refusal;
        const cosignature = await remember(options, file, request.head);
        last = request.head;
        return { kind: 'COSIGNED', cosignature };
      }),
    async close() {
      await turn;
      await file.close();
    },
  };
}

async function remember(options: WitnessOptions, file: LineFile, head: Head): Promise<Cosignature> {
  const cosignature = cosign(options.identity, head, options.now());
  await file.append(JSON.stringify({ head, cosignature })); // Before it is given: what was co-signed is not forgotten.
  return cosignature;
}

function judge(
  { head, first, proof }: WitnessRequest,
  last: Head | null,
  keys: string,
): Exclude<Witnessed, { kind: 'COSIGNED' }> | null {
  if (!isGenuine(head, keys)) return { kind: 'NOT_SIGNED' };
  const seen = last?.size ?? 0;
  if (last && head.size === seen) return head.root === last.root ? null : { kind: 'FORK', size: seen };
  if (first !== seen || head.size < seen) return { kind: 'SEEN', size: seen };
  if (!last) return null;
  const isSame =
    head.suite === last.suite &&
    verifyConsistency(suiteOf(head.suite), treeOf(last), treeOf(head), proof.map(bytes));
  return isSame ? null : { kind: 'FORK', size: seen };
}

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');
const treeOf = ({ size, root }: Head) => ({ size, root: bytes(root) });

/** Keys are read each time: a ledger that changes its key hands its new file over. */
function isGenuine(head: Head, keys: string): boolean {
  const known = PublicKeys.parse(JSON.parse(readFileSync(keys, 'utf8'))).keys;
  const found = known.find(({ id, suite }) => id === head.key && suite === head.suite);
  const key = found && readPublicKey(found);
  return key ? isSignedBy(suiteOf(head.suite), head, key) : false;
}
