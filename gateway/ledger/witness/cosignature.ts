import { z } from 'zod';
import { type Head, hashHead } from '../head.ts';
import { publicKeyOf, SUITES, type SuiteKey, type SuiteName, suiteOf } from '../suite.ts';

/** What a witness says of a head that it has seen: it goes on from all that the witness saw of that ledger before. */
export const Cosignature = z
  .strictObject({
    /** The ledger whose head it is. */
    ledger: z.string(),
    size: z.number().int().min(0),
    root: z.string(),
    /** Hash of the head, by its own suite. */
    head: z.string(),
    /** Milliseconds since the epoch, by the witness's clock. */
    time: z.number().int(),
    /** The witness's own ledger and the hash of its last head at that time: so the two are chained to each other. */
    witness: z.string(),
    witnessHead: z.string(),
    suite: z.enum(SUITES),
    key: z.string(),
    signature: z.string(),
  })
  .readonly();
export type Cosignature = z.infer<typeof Cosignature>;

/** What is signed: lines of text, like a head; the first line keeps the two apart. */
function signedText(one: Omit<Cosignature, 'signature'>): string {
  const { ledger, size, root, head, time, witness, witnessHead, suite, key } = one;
  return [
    'liancha ledger witness',
    ledger,
    size,
    root,
    head,
    time,
    witness,
    witnessHead,
    suite,
    key,
    '',
  ].join('\n');
}

/** The witness: its ledger, the key that signs its heads too, and its last head. */
export interface WitnessIdentity {
  readonly ledger: string;
  readonly suite: SuiteName;
  readonly key: SuiteKey;
  lastHead(): Head | null;
}

export function cosign(witness: WitnessIdentity, head: Head, time: number): Cosignature {
  const suite = suiteOf(witness.suite);
  const own = witness.lastHead();
  const unsigned = {
    ledger: head.ledger,
    size: head.size,
    root: head.root,
    head: hashHead(suiteOf(head.suite), head),
    time,
    witness: witness.ledger,
    witnessHead: own ? hashHead(suite, own) : '',
    suite: suite.name,
    key: publicKeyOf(witness.key, suite.name).id,
  };
  return { ...unsigned, signature: suite.sign(signedText(unsigned), witness.key).toString('base64url') };
}

export function isCosignedBy(one: Cosignature, key: SuiteKey): boolean {
  return suiteOf(one.suite).verify(signedText(one), key, Buffer.from(one.signature, 'base64url'));
}
