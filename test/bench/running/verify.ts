import { z } from 'zod';
import type { Case } from '../cases/index.ts';
import { canonical } from '../graphs/index.ts';
import type { Running } from '../peers/index.ts';
import type { Subgraphs } from '../stubs/index.ts';

/** What is known of a peer's answers to a case, once they were compared with the expected data. */
export type Verified =
  | {
      readonly ok: true;
      readonly lengths: ReadonlySet<number>;
      readonly calls: number;
      /** Bytes of the first operation's answer. */
      readonly bytes: number;
    }
  | { readonly ok: false; readonly why: string };

const Answer = z.object({ data: z.unknown().optional(), errors: z.unknown().optional() });
const PATIENCE_MS = 60_000;
const SHOWN = 300;

interface Verification {
  readonly running: Running;
  readonly one: Case;
  readonly tokens: readonly string[];
  readonly subgraphs: Subgraphs;
  expected(operation: string): Promise<string>;
}

const AT_ONCE = 8;

/** Asks every operation of a case and compares its data; a peer that answers wrongly is not measured. */
export async function verifyAnswers(verification: Verification): Promise<Verified> {
  const { one, subgraphs } = verification;
  const lengths = new Set<number>();
  const verify = async (n: number): Promise<Seen> => {
    const seen = await verifyOperation(verification, n);
    if (seen.ok) lengths.add(seen.bytes);
    return seen;
  };
  const unknown = await verify(0);
  if (!unknown.ok) return unknown;
  // Again: a gateway may ask and write otherwise when it knows the operation.
  await subgraphs.received();
  const first = await verify(0);
  const { calls, authorization } = await subgraphs.received();
  if (!first.ok) return first;
  if (authorization === null)
    return { ok: false, why: 'the subgraphs were not told who asks (no authorization header)' };
  const count = Number.isFinite(one.distinct) ? one.distinct : 1;
  for (let n = 1; n < 2 * count; n += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, 2 * count - n) }, (_, at) => (n + at) % count);
    const wrong = (await Promise.all(some.map(verify))).find((seen) => !seen.ok);
    if (wrong && !wrong.ok) return wrong;
  }
  return { ok: true, lengths, calls, bytes: first.bytes };
}

type Seen = { readonly ok: true; readonly bytes: number } | Extract<Verified, { ok: false }>;

async function verifyOperation(verification: Verification, n: number): Promise<Seen> {
  const { running, one, tokens, expected } = verification;
  const operation = one.operation(n);
  const answered = await ask(running, operation, tokens[n % tokens.length] ?? '');
  if (!answered.ok) return answered;
  if (canonical(answered.data) === (await expected(operation))) return { ok: true, bytes: answered.bytes };
  const data = JSON.stringify(answered.data);
  return { ok: false, why: `other data than expected: ${data.slice(0, SHOWN)}` };
}

type Asked =
  | { readonly ok: true; readonly data: unknown; readonly bytes: number }
  | { readonly ok: false; readonly why: string };

async function ask(running: Running, operation: string, token: string): Promise<Asked> {
  try {
    const response = await fetch(`http://127.0.0.1:${running.port}${running.path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'accept-encoding': 'identity',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query: running.phrase(operation) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const { data, errors } = Answer.parse(JSON.parse(bytes.toString('utf8')));
    if (response.status === 200 && errors === undefined) return { ok: true, data, bytes: bytes.length };
    return { ok: false, why: `status ${response.status}: ${bytes.toString('utf8', 0, SHOWN)}` };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
