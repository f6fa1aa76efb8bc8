import { z } from 'zod';
import { type PublicKey, publicKeyOf, SUITES, type Suite, type SuiteKey } from './suite.ts';

/** A signed tree head: the first `size` records have this root. Each names the one before it. */
export const Head = z
  .strictObject({
    ledger: z.string(),
    suite: z.enum(SUITES),
    size: z.number().int().min(0),
    root: z.string(),
    /** Milliseconds since the epoch. */
    time: z.number().int(),
    /** Hash of the head before it, base64url; empty for the first. */
    previous: z.string(),
    key: z.string(),
    signature: z.string(),
  })
  .readonly();
export type Head = z.infer<typeof Head>;

type Unsigned = Omit<Head, 'signature'>;

/** What is signed: lines of text, so that an outsider can write them down without a JSON library. */
export function signedText(head: Unsigned): string {
  const { ledger, suite, size, root, time, previous, key } = head;
  return ['liancha ledger head', ledger, suite, size, root, time, previous, key, ''].join('\n');
}

export function signHead(suite: Suite, key: SuiteKey, head: Omit<Unsigned, 'key' | 'suite'>): Head {
  const unsigned: Unsigned = {
    ledger: head.ledger,
    suite: suite.name,
    size: head.size,
    root: head.root,
    time: head.time,
    previous: head.previous,
    key: publicKeyOf(key, suite.name).id,
  };
  return { ...unsigned, signature: suite.sign(signedText(unsigned), key).toString('base64url') };
}

export function isSignedBy(suite: Suite, head: Head, key: SuiteKey): boolean {
  return suite.verify(signedText(head), key, Buffer.from(head.signature, 'base64url'));
}

/** The name under which the next head refers to this one. */
export function hashHead(suite: Suite, head: Head): string {
  return suite.hash(JSON.stringify(head)).toString('base64url');
}

export const PublicKeys = z.strictObject({
  keys: z.array(
    z.strictObject({
      id: z.string(),
      suite: z.enum(SUITES),
      spki: z.string(),
      /** What SM2 signs along with the text; without it the empty one. */
      userId: z.string().min(1).optional(),
    }),
  ),
});

export function keysText(keys: readonly PublicKey[]): string {
  return `${JSON.stringify({ keys: keys.map(({ id, suite, spki, userId }) => ({ id, suite, spki, userId })) })}\n`;
}
