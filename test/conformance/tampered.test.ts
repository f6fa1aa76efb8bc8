import fc from 'fast-check';
import { Kind, parse, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readJson, writeJson } from '../../gateway/exact-json.ts';
import { conforms } from './generated/conforms.ts';
import { membersOf } from './generated/members.ts';
import { writeOperation } from './generated/operation.ts';
import { unexplainedNulls } from './generated/paths.ts';
import { type Exchange, unfounded } from './generated/reasons.ts';
import { spec, tape } from './generated/spec.ts';
import { FAILED, FOREIGN, LEFT_OUT, tamper, tampering } from './generated/tampering.ts';
import { worldOf } from './generated/world.ts';
import { federate } from './harness.ts';

/** As for generated supergraphs; each of them is asked some dozen times, with one answer of a provider tampered with. */
const RUNS = Number(process.env.LIANCHA_RUNS ?? 25);
const SEED = 20_261_125;
/** A thousand errors, and how many more there were. */
const TOLD = 1_001;

describe('providers that break their schemas', () => {
  it('cost what they were asked for: the answer is always one that the operation can have', async () => {
    let tampered = 0;
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({ spec, tape }),
        fc.array(tampering, { minLength: 12, maxLength: 24 }),
        async (given, tamperings) => {
          const world = worldOf(given.spec);
          const fed = federate(membersOf(world, []));
          const { query, variables } = writeOperation(fed.schema, given.tape, given.spec.isDense);
          const document = parse(query);
          const names = responseKeys(query);
          const ask = fed.prepare(query);
          for (const values of variables) {
            const clean = await ask(values);
            expect(conforms(fed.schema, document, values, clean.data)).toBe(true);
            for (const one of tamperings) {
              let at = 0;
              const exchanges: Exchange[] = [];
              const answer = await ask(values, (subgraph, body, asked) => {
                const isTampered = at++ === one.call % Math.max(1, clean.calls.length);
                if (isTampered && one.kind === FAILED) {
                  exchanges.push({ subgraph, asked, answered: null });
                  return { ok: false, code: 'PROVIDER_UNAVAILABLE', details: { provider: 'p', subgraph } };
                }
                const unasked = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(asked));
                const answered = isTampered ? tamper(body, one, [...unasked, 'evil', '__proto__']) : body;
                exchanges.push({ subgraph, asked, answered });
                return { ok: true, body: answered };
              });
              tampered++;
              if (answer.text !== clean.text) changed++;
              expect(conforms(fed.schema, document, values, answer.data), `${answer.text}`).toBe(true);
              expect(answer.text).not.toContain(FOREIGN);
              expect(({} as Record<string, unknown>).evil).toBeUndefined();
              for (const { path = [] } of answer.failures) expect(isThere(answer.data, path)).toBe(true);
              // No key twice, and a bounded number of errors.
              expect(answer.text).toBe(writeJson(readJson(answer.text)));
              expect(answer.failures.length).toBeLessThanOrEqual(TOLD);
              expect(unfounded(world, query, answer, exchanges), JSON.stringify(one)).toEqual([]);
              // Every null has a reason: its provider's own, or an error. Who leaves a key out brings no new nulls.
              if (one.kind === LEFT_OUT)
                expect(unexplainedNulls(answer.data, clean.data, answer.failures)).toEqual([]);
              if (isStrange(one.kind) && answer.text !== clean.text) expect(answer.failures).not.toEqual([]);
            }
          }
        },
      ),
      {
        numRuns: RUNS,
        endOnFailure: process.env.LIANCHA_NO_SHRINK !== undefined,
        interruptAfterTimeLimit: 60_000 + 5_000 * RUNS,
        ...(process.env.LIANCHA_RUNS === undefined && { seed: SEED }),
      },
    );
    expect(changed).toBeGreaterThan(tampered / 20); // It was worth it.
  }, 3_600_000);
});

/** Bytes that are no JSON at all are no answer: whatever they were to bring is missing with an error. */
function isStrange(kind: number): boolean {
  return kind === 0 || kind === 1 || kind === 2 || kind === FAILED;
}

/** Does a path lead into the answer, to its end or to a null? */
function isThere(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const step of path) {
    if (value === null) return true;
    if (typeof value !== 'object' || value === undefined) return false;
    value = Reflect.get(value, step);
  }
  return value !== undefined;
}

function responseKeys(query: string): string[] {
  const keys = new Set<string>();
  visit(parse(query), {
    enter(node) {
      if (node.kind !== Kind.FIELD) return;
      keys.add(node.alias?.value ?? node.name.value);
      keys.add(node.name.value);
    },
  });
  return [...keys];
}
