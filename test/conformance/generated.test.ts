import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeJson } from '../../gateway/exact-json.ts';
import { classify, type Disagreement } from './generated/disagreements.ts';
import { DRAWN, type Drawn, drawnBy } from './generated/drawn.ts';
import kept from './generated/kept.json' with { type: 'json' };
import { type Log, membersOf } from './generated/members.ts';
import { writeOperation } from './generated/operation.ts';
import { nulledBy, tellingOfNulls } from './generated/paths.ts';
import { type Exchange, unfounded } from './generated/reasons.ts';
import { exactSchema, referenceAnswer } from './generated/reference.ts';
import { type Case, spec, tape } from './generated/spec.ts';
import { hash } from './generated/values.ts';
import { worldOf } from './generated/world.ts';
import { type Federation, federate } from './harness.ts';

/** `LIANCHA_RUNS=1000` for a long run with a seed of its own. A failure prints its seed and the shrunk case: keep it in `kept.json`. */
const RUNS = Number(process.env.LIANCHA_RUNS ?? 120);
/** What `npm test` runs is the same each time. */
const SEED = 20_261_124;
/** Of so many operations, one is asked of @apollo/gateway as well, for it is slow. */
const COMPARED = Number(process.env.LIANCHA_COMPARED ?? 4);

const cases: fc.Arbitrary<Case> = fc.record({ spec, tape });
const examples = (kept as { readonly case: Case }[]).map((one): [Case] => [one.case]);

describe('generated supergraphs', () => {
  it('answer as graphql-js does over the merged schema', async () => {
    let compared = 0;
    const drawn = new Map<Drawn, number>();
    const differing = new Map<Disagreement, number>();
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const world = worldOf(given.spec);
        const [ourLog, plainLog]: [Log, Log] = [[], []];
        const fed = federate(membersOf(world, ourLog));
        const { query, variables } = writeOperation(fed.schema, given.tape, given.spec.isDense);
        for (const one of drawnBy(world, query)) drawn.set(one, (drawn.get(one) ?? 0) + 1);
        const ask = fed.prepare(query);
        const merged = exactSchema(fed.supergraphSdl);
        for (const values of [...variables, ...variables]) {
          ourLog.length = plainLog.length = 0;
          const plain = await referenceAnswer(merged, world, query, values, plainLog);
          const exchanges: Exchange[] = [];
          const ours = await ask(values, (subgraph, answered, asked) => {
            exchanges.push({ subgraph, asked, answered });
            return { ok: true, body: answered };
          });
          const expected = writeJson(plain.data ?? null);
          expect(JSON.parse(ours.text)).toEqual(JSON.parse(expected));
          expect(ours.text).toBe(expected);
          expect(unfounded(world, query, ours, exchanges)).toEqual([]);
          // Errors are told where their nulls are; which of several errors under one null is told is left open (§6.4.4).
          const data: unknown = JSON.parse(expected);
          expect(nulledBy(data, tellingOfNulls(data, ours.failures))).toEqual(
            nulledBy(data, plain.errors ?? []),
          );
          // Mutations of one subgraph are asked together: an error that nulls everything does not stop the later ones.
          expect(plain.data === null ? ourLog.slice(0, plainLog.length) : ourLog).toEqual(plainLog);
        }
        if (hash(query) % COMPARED !== 0) return;
        compared++;
        if (await agrees(fed, query, variables[0] ?? {})) return;
        const why = classify(world, query);
        differing.set(why, (differing.get(why) ?? 0) + 1);
        if (why === 'unknown' || process.env.LIANCHA_SHOW)
          process.stdout.write(`DISAGREE ${why} ${JSON.stringify(given)}\n`);
      }),
      {
        numRuns: RUNS,
        examples,
        endOnFailure: process.env.LIANCHA_NO_SHRINK !== undefined,
        interruptAfterTimeLimit: 30_000 + 3_000 * RUNS,
        ...(process.env.LIANCHA_RUNS === undefined && { seed: SEED }),
      },
    );
    process.stdout.write(
      `of ${compared} operations @apollo/gateway answers otherwise than graphql-js and Liancha: ${JSON.stringify(Object.fromEntries(differing))}\n`,
    );
    process.stdout.write(`drawn: ${JSON.stringify(Object.fromEntries(drawn))}\n`);
    if (RUNS >= 120) expect(DRAWN.filter((one) => !drawn.has(one))).toEqual([]);
    expect(differing.get('unknown')).toBeUndefined();
  }, 3_600_000);
});

async function agrees(fed: Federation, query: string, variables: Readonly<Record<string, unknown>>) {
  const ours = await fed.ours(query, variables);
  const theirs = await fed.theirs(query, variables);
  return isDeepStrictEqual(theirs.data, ours.data);
}
