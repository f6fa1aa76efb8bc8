import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import { print } from 'graphql';
import { builtFile } from '../../../files.ts';
import { type Planner, type PlannerFacts, plannerOf } from '../planner.ts';
import type { Asked, AskedPlan, Told } from './messages.ts';
import { Spare } from './spare.ts';

/** A planner in a thread of its own. Its plans come as promises, which reject when there is no plan: never later than `waitMs`. */
export interface ThreadPlanner extends Planner {
  /** Ends the thread; what waits for a plan is told so. */
  close(): Promise<void>;
}

export interface PlannerThreadOptions {
  /** The program of the thread. */
  readonly program?: URL;
  /** Longest that one operation may be planned: the thread is then ended, as nothing else stops it. */
  readonly planMs?: number;
  /** Longest that a request waits for its plan, others before it included. */
  readonly waitMs?: number;
  /** Longest that the planner may take to be built. */
  readonly buildMs?: number;
  readonly heapMb?: number;
}

/**
 * The graph of a supergraph with 10,000 fields takes some 200 MB. What wants more than this is an operation whose plans do not end:
 * it ends the thread, and not the process.
 */
const HEAP_MB = 1_024;
const LIMITS = { maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

/** So many are handed over at once: the thread need not wait for the next, and nothing is planned for nobody. */
const AHEAD = 2;

interface Waiting {
  readonly asked: AskedPlan;
  isSent: boolean;
  readonly timer: NodeJS.Timeout;
  resolve(plan: QueryPlan): void;
  reject(error: Error): void;
}

/** Planners, each in a thread of its own. */
export interface Planners {
  /** A planner whose thread is ready. Rejects when the supergraph cannot be planned over. */
  open(supergraphSdl: string): Promise<ThreadPlanner>;
  /** Keeps no thread for the next any more. */
  close(): Promise<void>;
}

export function createPlanners(options: PlannerThreadOptions = {}): Planners {
  const spare = new Spare();
  return {
    async open(supergraphSdl) {
      const thread = new PlannerThread(supergraphSdl, options, spare);
      const facts = await thread.start();
      return {
        ...plannerOf(facts, (document, draw) => thread.plan(print(document), draw)),
        close: () => thread.close(),
      };
    },
    close: () => spare.close(),
  };
}

/**
 * The thread takes one operation after the other, so the first that waits is the one being planned. When the thread ends, that one
 * has failed; those behind it are asked of the thread that takes its place.
 */
class PlannerThread {
  readonly #supergraphSdl: string;
  readonly #program: URL;
  readonly #limits: Required<Omit<PlannerThreadOptions, 'program'>>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #spare: Spare;
  #worker: Worker | null = null;
  /** Listens to it no more. All its listeners may not be removed: some are its own. */
  #letGo: () => void = () => undefined;
  #isReady = false;
  #isClosed = false;
  #next = 0;
  #watch: NodeJS.Timeout | undefined;

  constructor(
    supergraphSdl: string,
    { program, planMs = 15_000, waitMs = 30_000, buildMs = 120_000, heapMb = HEAP_MB }: PlannerThreadOptions,
    spare: Spare,
  ) {
    this.#spare = spare;
    this.#supergraphSdl = supergraphSdl;
    this.#program = program ?? builtFile(import.meta.url, './planning-thread.js');
    this.#limits = { planMs, waitMs, buildMs, heapMb };
  }

  start(): Promise<PlannerFacts> {
    return new Promise((resolve, reject) => {
      const worker = this.#spare.take() ?? this.#begin();
      worker.ref();
      this.#worker = worker;
      this.#isReady = false;
      const end = (reason: Error): void => {
        reject(reason);
        if (this.#worker === worker) this.#ended(reason);
      };
      const hear = (told: Told): void => {
        if (this.#worker !== worker) return;
        if (told.kind !== 'ready') {
          this.#settle(told);
          return;
        }
        resolve(told.facts);
        this.#isReady = true;
        this.#send();
        this.#rest();
      };
      const exit = (code: number): void => end(new Error(`the thread that plans has ended (${code})`));
      worker.on('message', hear);
      worker.on('error', end);
      worker.on('messageerror', end);
      worker.on('exit', exit);
      this.#letGo = () => {
        worker.off('message', hear);
        worker.off('error', end);
        worker.off('messageerror', end);
        worker.off('exit', exit);
      };
      this.#watchOver(this.#limits.buildMs, 'the planner was not built in time');
      worker.postMessage({ kind: 'build', supergraphSdl: this.#supergraphSdl } satisfies Asked);
    });
  }

  #begin(): Worker {
    const { heapMb } = this.#limits;
    return new Worker(this.#program, { resourceLimits: { ...LIMITS, maxOldGenerationSizeMb: heapMb } });
  }

  plan(text: string, draw: number): Promise<QueryPlan> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Error('the planner is closed'));
      this.#next++;
      const id = this.#next;
      const timer = setTimeout(() => this.#late(id), this.#limits.waitMs);
      this.#waiting.set(id, {
        asked: { kind: 'plan', id, text, draw },
        isSent: false,
        timer,
        resolve,
        reject,
      });
      if (!this.#worker) this.#startAgain();
      this.#worker?.ref();
      if (this.#send() && this.#waiting.size === 1) this.#rest();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#worker = null;
    clearTimeout(this.#watch);
    const isAtRest = this.#isReady && this.#waiting.size === 0;
    this.#rejectAll(new Error('the planner is closed'));
    if (worker && isAtRest) {
      this.#letGo();
      await this.#spare.give(worker);
    } else await worker?.terminate();
  }

  #settle(told: Exclude<Told, { kind: 'ready' }>): void {
    const one = this.#take(told.id);
    if (told.kind === 'failed') one?.reject(new Error(told.message));
    else if (one) one.resolve(JSON.parse(told.plan) as QueryPlan);
    this.#send();
    this.#rest();
  }

  /** Hands over what is next. */
  #send(): boolean {
    if (!this.#isReady) return false;
    let ahead = 0;
    for (const one of this.#waiting.values()) {
      ahead++;
      if (ahead > AHEAD) break;
      if (one.isSent) continue;
      one.isSent = true;
      this.#worker?.postMessage(one.asked);
    }
    return true;
  }

  #late(id: number): void {
    const one = this.#waiting.get(id);
    one?.reject(new Error('an operation has waited too long for its plan'));
    if (!one?.isSent) this.#waiting.delete(id); // What the thread has, it plans before the next.
  }

  #take(id: number): Waiting | undefined {
    const one = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(one?.timer);
    return one;
  }

  /** After every change: is the thread idle, or how long may what is first now take? */
  #rest(): void {
    if (!this.#isReady) return;
    clearTimeout(this.#watch);
    if (this.#waiting.size === 0) this.#worker?.unref();
    else this.#watchOver(this.#limits.planMs, 'an operation was not planned in time');
  }

  #watchOver(ms: number, message: string): void {
    clearTimeout(this.#watch);
    const worker = this.#worker;
    this.#watch = setTimeout(() => {
      this.#ended(new Error(message));
      worker?.terminate().catch(() => undefined);
    }, ms).unref();
  }

  #ended(reason: Error): void {
    clearTimeout(this.#watch);
    const wasReady = this.#isReady;
    this.#worker = null;
    this.#isReady = false;
    // One that cannot be built is not tried over and over, but when it is next asked.
    if (!wasReady) {
      this.#rejectAll(reason);
      return;
    }
    const [first] = this.#waiting.keys();
    if (first !== undefined) this.#take(first)?.reject(reason);
    for (const one of this.#waiting.values()) one.isSent = false;
    this.#startAgain();
  }

  #startAgain(): void {
    // Whoever waits is told by `#ended` when this fails.
    this.start().catch(() => undefined);
    if (this.#waiting.size === 0) this.#worker?.unref();
  }

  #rejectAll(reason: Error): void {
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(reason);
  }
}
