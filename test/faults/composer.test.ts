import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { afterEach, describe, expect, it, test } from 'vitest';
import { createPlanners } from '../../gateway/broker/index.ts';
import { projectRoot } from '../../gateway/files.ts';
import {
  type Composer,
  type ComposerOptions,
  type NotCarriedOut,
  openComposer,
  type Subgraph,
} from '../../gateway/registry/index.ts';

const SHARING = readFileSync(join(projectRoot(), 'schema/sharing.graphql'), 'utf8');

let composer: Composer;
afterEach(() => composer.close());

/** The processes that this one has started, with their environment. */
function composing(): { readonly pid: number; readonly environment: string }[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '')
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('composing-process.js'))
    .map((pid) => ({ pid: Number(pid), environment: readFileSync(`/proc/${pid}/environ`, 'utf8') }));
}

const diff = () => composer.diff('type Query { a: Int }', 'type Query { a: Int b: Int }', 'one');

test.skipIf(process.platform !== 'linux')(
  'a process that is killed at its work fails that, and is replaced for the next',
  async () => {
    composer = openComposer(SHARING);
    const cut = diff();
    const [first] = composing();
    if (!first) throw new Error('nobody composes');
    process.kill(first.pid, 'SIGKILL');
    await expect(cut).rejects.toThrow(/has ended \(SIGKILL\)/);
    expect(await diff()).toMatchObject([{ coordinate: 'Query.b' }]);
    expect(composing()).toHaveLength(1);
  },
);

test.skipIf(process.platform !== 'linux')(
  'it knows no secrets of the gateway, and nothing is left of it when it rests or is closed',
  async () => {
    process.env.LIANCHA_TEST_SECRET = 'secret';
    composer = openComposer(SHARING);
    await diff();
    expect(composing().map(({ environment }) => environment.includes('secret'))).toEqual([false]);
    composer.rest();
    await expect.poll(composing).toEqual([]);
    const waiting = diff();
    await composer.close();
    await expect(waiting).rejects.toThrow();
    await expect.poll(composing).toEqual([]);
    delete process.env.LIANCHA_TEST_SECRET;
  },
);

/** A program in the place of the one that composes: what it does is in the text that it is asked about. */
const faulty = new URL('./faulty-composing-process.mjs', import.meta.url);
const faultily = (options: ComposerOptions = {}): Composer =>
  openComposer(SHARING, { program: faulty, checkMs: 1_500, ...options });
const reasonOf = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'done',
    ({ reason }: NotCarriedOut) => reason,
  );

describe('a check that does not end, or ends its process', () => {
  it('is given up in time, and others go on', async () => {
    composer = faultily();
    const all = await Promise.all([
      reasonOf(composer.diff(null, 'hang', 'red')),
      reasonOf(composer.diff(null, 'exit', 'blue')),
      reasonOf(composer.diff(null, 'throw', 'green')),
      reasonOf(composer.diff(null, 'fine', 'green')),
    ]);
    expect(all).toEqual(['TIMED_OUT', 'ENDED', 'FAILED', 'done']);
  });

  it('costs others one turn, however many such a department has waiting, which are bounded', async () => {
    composer = faultily({ waiting: 3 });
    const ended: string[] = [];
    const note = (who: string) => (reason: string) => ended.push(`${who} ${reason}`);
    const red = Array.from({ length: 5 }, () =>
      reasonOf(composer.diff(null, 'hang', 'red')).then(note('red')),
    );
    const blue = [1, 2].map(() => reasonOf(composer.diff(null, 'fine', 'blue')).then(note('blue')));
    const own = reasonOf(composer.prepare([], null)).then(note('gateway'));
    await Promise.all([...blue, own]);
    expect(ended).toEqual([
      'red TOO_MANY',
      'red TIMED_OUT',
      'gateway done',
      'blue done',
      'red TIMED_OUT',
      'blue done',
    ]);
    await composer.close();
    await Promise.all(red);
  });
});

const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@provides", "@shareable"])
  @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing", "@resource", "@item"])
`;
const subgraph = (name: string, sdl: string): Subgraph => ({
  name,
  url: `http://${name}.example/`,
  sdl: LINKS + sdl,
  provider: { code: name as Subgraph['provider']['code'], name },
});
const S = '@sharing(class: UNCONDITIONAL)';
const live = [
  subgraph(
    'books',
    `type Query { books: [Book] ${S} }
     type Book @key(fields: "ed { isbn }") ${S} { ed: Ed @shareable price: Int ${S} }
     type Ed ${S} { isbn: ID @shareable work: Work }
     type Work ${S} { no: Int }`,
  ),
];
async function examine(candidate: Subgraph, options?: ComposerOptions, before = live) {
  composer = openComposer(SHARING, options);
  const asked = {
    live: before,
    liveSdl: '',
    owners: [],
    operations: [],
    granted: [],
    reason: null,
    running: null,
  };
  const { findings } = await composer.examine({ candidate, isForced: false, ...asked });
  return findings;
}
const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);
/** Computes a field of a book of another subgraph from what it requires of it. */
const stock = (field: string) =>
  subgraph(
    'stock',
    field.includes('work')
      ? `type Book @key(fields: "ed { isbn }") ${S} { ed: Ed @shareable ${field} }
         type Ed ${S} { isbn: ID @shareable work: Work @external }
         type Work ${S} { no: Int @external }`
      : `type Book @key(fields: "ed { isbn }") ${S} { ed: Ed @shareable price: Int @external ${field} }
         type Ed ${S} { isbn: ID @shareable }`,
  );

describe('what composes and could not be taken up', () => {
  it('is nothing that can be taken up', async () => {
    const findings = await examine(stock(`dear: Boolean @requires(fields: "price") ${S}`));
    expect(codes(findings)).not.toContain('TAKE_UP_FAILED');
  });

  it.each(['{ price }', '{price}', ' { price } ', '{ price } # {', '""" x """ price'])(
    'is not published, or can be taken up, with the requirement %j',
    async (fields) => {
      const dear = `dear: Boolean @requires(fields: ${JSON.stringify(fields)}) ${S}`;
      const findings = await examine(stock(dear));
      if (codes(findings).some((code) => code === 'TAKE_UP_FAILED' || code === 'COMPOSITION_ERROR')) return;
      const result = await composer.prepare([...live, stock(dear)], null);
      expect(result.ok).toBe(true);
      if (!result.ok) return;
      const planners = createPlanners();
      const planner = await planners.open(result.prepared.supergraphSdl);
      const plan = await planner.plan(parse('{ books { dear } }'), 0);
      await planner.close();
      await planners.close();
      expect(JSON.stringify(plan)).toContain('price');
    },
  );

  it('is told of each field that cannot be planned, and what could not be before is nobody else’s to mend', async () => {
    const broken = stock(`no: Int @requires(fields: "ed { work { no } }") ${S}`);
    const findings = (await examine(broken)).filter(({ code }) => code === 'TAKE_UP_FAILED');
    await composer.close();
    if (findings.length === 0) return; // It is planned, and so it may be published.
    expect(findings[0]?.coordinate).toBe('Book.no');
    const other = subgraph(
      'other',
      `type Query { other: Int ${S} } type Book @key(fields: "ed { isbn }") ${S} { ed: Ed @shareable o: Int }
      type Ed ${S} { isbn: ID @shareable }`,
    );
    expect(codes(await examine(other, {}, [...live, broken]))).not.toContain('TAKE_UP_FAILED');
  });
});

test('what it cannot read fails, and only that', async () => {
  composer = openComposer(SHARING);
  const broken = composer.diff('type Query { a: Int }', 'type {', 'other');
  const whole = diff();
  await expect(broken).rejects.toThrow(/Syntax Error/);
  expect(await whole).toHaveLength(1);
});
