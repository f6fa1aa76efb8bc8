import { NO_SUBJECTS } from '../../ledger/index.ts';
import type { FetchCall } from '../fetch.ts';
import type { Program } from '../prepare.ts';

/**
 * What the provider of a subscription is asked: the first call that its program makes, caught before it leaves. Null
 * when the program asks nobody. An event stands for the answer to this call.
 */
export async function openingOf(
  program: Program,
  variables: Readonly<Record<string, unknown>>,
  draw: number,
): Promise<FetchCall | null> {
  const calls: FetchCall[] = [];
  await program.run({
    variables,
    draw,
    subjects: NO_SUBJECTS,
    fetch: async (call) => {
      calls.push(call);
      return { ok: false, code: 'PROVIDER_UNAVAILABLE', details: {} };
    },
  });
  return calls[0] ?? null;
}
