import { type MessagePort, Worker } from 'node:worker_threads';
import { builtFile } from '../../files.ts';
import type { CatalogueResource } from '../catalogue.ts';
import type { Problems } from '../compose.ts';
import type { Revivable } from '../publication.ts';
import type { Subgraph } from '../rules.ts';
import type { ExamineTask, Results, Task, Told } from './messages.ts';
import { openParts } from './parts.ts';

/** Composes and checks in a thread of its own, one task after the other. */
export interface Composer {
  required(candidate: Subgraph, live: readonly Subgraph[]): Promise<Results['required']>;
  diff(before: string | null, after: string): Promise<Results['diff']>;
  examine(task: Omit<ExamineTask, 'kind'>): Promise<Results['examine']>;
  retire(task: Omit<Extract<Task, { kind: 'retire' }>, 'kind'>): Promise<Results['retire']>;
  /** What serving needs, and what enters into the catalogue. */
  prepare(subgraphs: readonly Subgraph[], supergraphSdl: string | null): Promise<PreparedForServing>;
  /** Ends the thread until it is next needed, unless it is at work. */
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

interface Waiting {
  resolve(result: Results[keyof Results]): void;
  reject(error: Error): void;
}

/** Composition makes millions of small objects: with little room for the young ones most of its time goes to collecting them. */
const YOUNG_MB = 128;

/** Publications are rare, but one is seldom alone. What is published later begins a new thread. */
const IDLE_MS = 15_000;

/**
 * `specification` is the text of `sharing.graphql`. A thread that dies is replaced at the next task; one that has nothing to do for a
 * while is ended, as it holds more memory than everything else.
 */
export function openComposer(specification: string, idleMs = IDLE_MS): Composer {
  let worker: Worker | null = null;
  let next = 0;
  let idle: NodeJS.Timeout | undefined;
  const waiting = new Map<number, Waiting>();

  const rest = (): void => {
    clearTimeout(idle);
    if (waiting.size > 0) return;
    const idling = worker;
    worker = null;
    idling?.terminate().catch(() => undefined);
  };

  const start = (): Worker => {
    const started = new Worker(builtFile(import.meta.url, './composing-thread.js'), {
      workerData: specification,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    started.on('message', (told: Told) => {
      const one = waiting.get(told.id);
      waiting.delete(told.id);
      if (waiting.size === 0) {
        started.unref();
        idle = setTimeout(rest, idleMs).unref();
      }
      if (told.kind === 'done') one?.resolve(told.result);
      else one?.reject(new Error(told.message));
    });
    const end = (reason: Error): void => {
      if (worker !== started) return; // Ended when nothing was asked of it.
      worker = null;
      for (const one of waiting.values()) one.reject(reason);
      waiting.clear();
    };
    started.once('error', end);
    started.once('exit', () => end(new Error('the thread that composes has ended')));
    return started;
  };

  const ask = async <Kind extends keyof Results>(
    task: Extract<Task, { kind: Kind }>,
    transferred: readonly MessagePort[] = [],
  ): Promise<Results[Kind]> => {
    clearTimeout(idle);
    worker ??= start();
    const thread = worker;
    thread.ref();
    next++;
    const id = next;
    const result = await new Promise<Results[keyof Results]>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      thread.postMessage({ id, task }, transferred);
    });
    return result as Results[Kind];
  };

  return {
    required: (candidate, live) => ask({ kind: 'required', candidate, live }),
    diff: (before, after) => ask({ kind: 'diff', before, after }),
    examine: (task) => ask({ kind: 'examine', ...task }),
    retire: (task) => ask({ kind: 'retire', ...task }),
    async prepare(subgraphs, supergraphSdl) {
      const parts = openParts();
      try {
        const task = { kind: 'prepare', subgraphs, supergraphSdl, parts: parts.port } as const;
        const result = await ask(task, [parts.port]);
        if (!result.ok) return result;
        const { rules, definitions, catalogue } = await parts.take();
        return { ok: true, prepared: { ...result.prepared, rules, definitions }, catalogue };
      } finally {
        parts.close();
      }
    },
    rest,
    async close() {
      clearTimeout(idle);
      await worker?.terminate();
    },
  };
}
