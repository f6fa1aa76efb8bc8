import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../../files.ts';
import type { Zone } from '../../words.ts';
import type { CatalogueResource } from '../catalogue.ts';
import type { Problems } from '../compose.ts';
import type { Revivable } from '../publication.ts';
import type { Subgraph } from '../rules.ts';
import { createFairQueue } from './fair-queue.ts';
import type { Asked, ExamineTask, RehearseTask, Results, RetireTask, Task, Told } from './messages.ts';
import { NotCarriedOut } from './not-carried-out.ts';
import { type Part, wholeOf } from './parts.ts';

/**
 * Composes and checks in a process of its own, one task after the other: what instances take up first, then one of each department in
 * turn. Rejects with `NotCarriedOut` where a task fails, ends the process, or takes longer than it may.
 */
export interface Composer {
  required(candidate: Subgraph, live: readonly Subgraph[]): Promise<Results['required']>;
  /** `by`: the department that asks. */
  diff(before: string | null, after: string, by: string): Promise<Results['diff']>;
  examine(task: Omit<ExamineTask, 'kind'>): Promise<Results['examine']>;
  retire(task: Omit<RetireTask, 'kind'>, by: string): Promise<Results['retire']>;
  rehearse(task: Omit<RehearseTask, 'kind'>, by: string): Promise<Results['rehearse']>;
  /** What serving needs, and what enters into the catalogue. */
  prepare(subgraphs: readonly Subgraph[], supergraphSdl: string | null): Promise<PreparedForServing>;
  /** Ends the process until it is next needed, unless it is at work. */
  rest(): void;
  close(): Promise<void>;
}

export type PreparedForServing =
  | {
      readonly ok: true;
      readonly prepared: Revivable;
      readonly catalogue: readonly CatalogueResource[];
    }
  | Problems;

export interface ComposerOptions {
  /** The network for which is published; by default none in particular. */
  readonly zone?: Zone;
  /** A process that has nothing to do for so long is ended. */
  readonly idleMs?: number;
  /** Longest that a check may take, once it is its turn. */
  readonly checkMs?: number;
  /** Longest that what is live may take to prepare. */
  readonly prepareMs?: number;
  /** Checks of one department that may wait. */
  readonly waiting?: number;
  /** The program of the process. */
  readonly program?: URL;
  /** Told of tasks that have no result. */
  onProblem?(error: NotCarriedOut): void;
}

interface Done<Kind extends keyof Results> {
  readonly result: Results[Kind];
  readonly parts: readonly Part[];
}

interface Waiting {
  readonly asked: Asked;
  readonly parts: Part[];
  resolve(done: Done<keyof Results>): void;
  reject(error: NotCarriedOut): void;
}

/** Composition makes millions of small objects: with little room for the young ones most of its time goes to collecting them. */
const SEMI_SPACE_MB = 64;

/** The graph of 50 subgraphs with 10,000 fields takes a third of it. What wants more is no schema of a department. */
const HEAP_MB = 1_536;

/** Publications are rare, but one is seldom alone. What is published later begins a new process. */
const IDLE_MS = 15_000;

/** Several times what the largest graph takes on a machine that is busy. */
const CHECK_MS = 30_000;
const PREPARE_MS = 120_000;
const MOST_WAITING = 8;

/** Whose tasks go first: this gateway's own. */
const GATEWAY = '';

/**
 * `specification` is the text of `sharing.graphql`. A process that dies or is ended fails the task that it was at, and is replaced for the
 * next. One that has nothing to do for a while is ended, as it holds more memory than everything else.
 */
export function openComposer(specification: string, options: ComposerOptions = {}): Composer {
  const {
    zone = null,
    idleMs = IDLE_MS,
    checkMs = CHECK_MS,
    prepareMs = PREPARE_MS,
    waiting = MOST_WAITING,
  } = options;
  const program = options.program ?? builtFile(import.meta.url, '../../composing-process.js');
  const queue = createFairQueue<Waiting>(waiting, GATEWAY);
  let child: ChildProcess | null = null;
  let current: Waiting | null = null;
  let next = 0;
  let idle: NodeJS.Timeout | undefined;
  let watch: NodeJS.Timeout | undefined;

  const reported = (error: NotCarriedOut): NotCarriedOut => {
    options.onProblem?.(error);
    return error;
  };

  const end = (): void => {
    const ended = child;
    child = null;
    ended?.kill('SIGKILL');
  };

  const rest = (): void => {
    clearTimeout(idle);
    if (!current) end();
  };

  const failCurrent = (error: NotCarriedOut): void => {
    clearTimeout(watch);
    end();
    const failed = current;
    current = null;
    failed?.reject(reported(error));
    begin();
  };

  const start = (): ChildProcess => {
    const started = fork(fileURLToPath(program), [specification, ...(zone === null ? [] : [zone])], {
      serialization: 'advanced',
      execArgv: [`--max-semi-space-size=${SEMI_SPACE_MB}`, `--max-old-space-size=${HEAP_MB}`],
      env: {}, // What is composed is other people's text: secrets are no business of this process.
    });
    started.on('message', (told: Told) => {
      if (child !== started || told.id !== current?.asked.id) return;
      if (told.kind === 'part') {
        current.parts.push(told.part);
        return;
      }
      clearTimeout(watch);
      const { resolve, reject, parts } = current;
      current = null;
      if (told.kind === 'done') resolve({ result: told.result, parts });
      else reject(reported(new NotCarriedOut('FAILED', told.message, { cause: told.stack })));
      begin();
    });
    const fail = (message: string): void => {
      if (child === started) failCurrent(new NotCarriedOut('ENDED', message)); // Otherwise it was ended from here.
    };
    started.once('error', ({ message }) => fail(message));
    started.once('exit', (code, signal) => fail(`the process that composes has ended (${signal ?? code})`));
    return started;
  };

  /** Hands over what is next, where nothing is under way. */
  const begin = (): void => {
    if (current) return;
    const one = queue.next();
    if (!one) {
      if (!child) return;
      keepAlive(child, false);
      clearTimeout(idle);
      idle = setTimeout(rest, idleMs).unref();
      return;
    }
    clearTimeout(idle);
    current = one;
    child ??= start();
    keepAlive(child, true);
    const { task } = one.asked;
    const mostMs = task.kind === 'prepare' ? prepareMs : checkMs;
    watch = setTimeout(
      () => failCurrent(new NotCarriedOut('TIMED_OUT', `nothing has come of it within ${mostMs} ms`)),
      mostMs,
    );
    // A process that has just ended tells so by itself.
    child.send(one.asked, () => undefined);
  };

  const ask = async <Kind extends keyof Results>(
    task: Extract<Task, { kind: Kind }>,
    by: string,
  ): Promise<Done<Kind>> => {
    next++;
    const id = next;
    const done = await new Promise<Done<keyof Results>>((resolve, reject) => {
      if (queue.add(by, { asked: { id, task }, parts: [], resolve, reject })) begin();
      else reject(new NotCarriedOut('TOO_MANY', `${waiting} tasks of one department wait already`));
    });
    return done as Done<Kind>;
  };

  return {
    required: async (candidate, live) =>
      (await ask({ kind: 'required', candidate, live }, candidate.provider.code)).result,
    diff: async (before, after, by) => (await ask({ kind: 'diff', before, after }, by)).result,
    examine: async (task) => (await ask({ kind: 'examine', ...task }, task.candidate.provider.code)).result,
    retire: async (task, by) => (await ask({ kind: 'retire', ...task }, by)).result,
    rehearse: async (task, by) => (await ask({ kind: 'rehearse', ...task }, by)).result,
    async prepare(subgraphs, supergraphSdl) {
      const { result, parts } = await ask({ kind: 'prepare', subgraphs, supergraphSdl }, GATEWAY);
      if (!result.ok) return result;
      const { rules, definitions, catalogue } = await wholeOf(parts);
      return { ok: true, prepared: { ...result.prepared, rules, definitions }, catalogue };
    },
    rest,
    async close() {
      clearTimeout(idle);
      clearTimeout(watch);
      const closed = new NotCarriedOut('ENDED', 'nothing is composed any more');
      const left = [...(current ? [current] : []), ...queue.clear()];
      current = null;
      end();
      for (const one of left) one.reject(closed);
    },
  };
}

/** A process that is not needed does not keep this one alive. */
function keepAlive(child: ChildProcess, isNeeded: boolean): void {
  if (isNeeded) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}
