import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../../files.ts';
import type { Zone } from '../../words.ts';
import type { CatalogueResource } from '../catalogue.ts';
import type { Problems } from '../compose.ts';
import type { Revivable } from '../publication.ts';
import type { Subgraph } from '../rules.ts';
import type { Asked, ExamineTask, Results, Task, Told } from './messages.ts';
import { type Part, wholeOf } from './parts.ts';

/** Composes and checks in a process of its own, one task after the other. */
export interface Composer {
  required(candidate: Subgraph, live: readonly Subgraph[]): Promise<Results['required']>;
  diff(before: string | null, after: string): Promise<Results['diff']>;
  examine(task: Omit<ExamineTask, 'kind'>): Promise<Results['examine']>;
  retire(task: Omit<Extract<Task, { kind: 'retire' }>, 'kind'>): Promise<Results['retire']>;
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

interface Done<Kind extends keyof Results> {
  readonly result: Results[Kind];
  readonly parts: readonly Part[];
}

interface Waiting {
  readonly parts: Part[];
  resolve(done: Done<keyof Results>): void;
  reject(error: Error): void;
}

/** Composition makes millions of small objects: with little room for the young ones most of its time goes to collecting them. */
const SEMI_SPACE_MB = 64;

/** Publications are rare, but one is seldom alone. What is published later begins a new process. */
const IDLE_MS = 15_000;

/**
 * `specification` is the text of `sharing.graphql`; `zone` the network for which is published. A process that dies is replaced at the next task; one that has nothing to do for a
 * while is ended, as it holds more memory than everything else.
 */
export function openComposer(specification: string, zone: Zone | null = null, idleMs = IDLE_MS): Composer {
  let child: ChildProcess | null = null;
  let next = 0;
  let idle: NodeJS.Timeout | undefined;
  const waiting = new Map<number, Waiting>();

  const end = (): void => {
    const ended = child;
    child = null;
    ended?.kill('SIGKILL');
  };

  const endWith = (reason: Error): void => {
    end();
    for (const one of waiting.values()) one.reject(reason);
    waiting.clear();
  };

  const rest = (): void => {
    clearTimeout(idle);
    if (waiting.size === 0) end();
  };

  const start = (): ChildProcess => {
    const started = fork(
      fileURLToPath(builtFile(import.meta.url, './composing-process.js')),
      [specification, ...(zone === null ? [] : [zone])],
      {
        serialization: 'advanced',
        execArgv: [`--max-semi-space-size=${SEMI_SPACE_MB}`],
        env: {}, // What is composed is other people's text: secrets are no business of this process.
      },
    );
    started.on('message', (told: Told) => {
      const one = waiting.get(told.id);
      if (told.kind === 'part') {
        one?.parts.push(told.part);
        return;
      }
      waiting.delete(told.id);
      if (waiting.size === 0) {
        keepAlive(started, false);
        idle = setTimeout(rest, idleMs).unref();
      }
      if (told.kind === 'done') one?.resolve({ result: told.result, parts: one.parts });
      else one?.reject(new Error(told.message));
    });
    const fail = (reason: Error): void => {
      if (child === started) endWith(reason); // Otherwise it was ended when nothing was asked of it.
    };
    started.once('error', fail);
    started.once('exit', (code, signal) =>
      fail(new Error(`the process that composes has ended (${signal ?? code})`)),
    );
    return started;
  };

  const ask = async <Kind extends keyof Results>(
    task: Extract<Task, { kind: Kind }>,
  ): Promise<Done<Kind>> => {
    clearTimeout(idle);
    child ??= start();
    const asked = child;
    keepAlive(asked, true);
    next++;
    const id = next;
    const done = await new Promise<Done<keyof Results>>((resolve, reject) => {
      waiting.set(id, { parts: [], resolve, reject });
      asked.send({ id, task } satisfies Asked);
    });
    return done as Done<Kind>;
  };

  return {
    required: async (candidate, live) => (await ask({ kind: 'required', candidate, live })).result,
    diff: async (before, after) => (await ask({ kind: 'diff', before, after })).result,
    examine: async (task) => (await ask({ kind: 'examine', ...task })).result,
    retire: async (task) => (await ask({ kind: 'retire', ...task })).result,
    async prepare(subgraphs, supergraphSdl) {
      const { result, parts } = await ask({ kind: 'prepare', subgraphs, supergraphSdl });
      if (!result.ok) return result;
      const { rules, definitions, catalogue } = await wholeOf(parts);
      return { ok: true, prepared: { ...result.prepared, rules, definitions }, catalogue };
    },
    rest,
    async close() {
      clearTimeout(idle);
      endWith(new Error('nothing is composed any more'));
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
