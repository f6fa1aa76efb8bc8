/** Whoever has waited longest for a turn has the next: one task of each in turn, however many somebody else has waiting. */
export interface FairQueue<T> {
  /** False where `of` has as many waiting as it may: nothing is added. */
  add(of: string, task: T): boolean;
  /** The next task; undefined when none waits. */
  next(): T | undefined;
  /** Takes everything out. */
  clear(): T[];
}

/** `first` goes before all others, and is never refused. */
export function createFairQueue<T>(most: number, first: string): FairQueue<T> {
  const lanes = new Map<string, T[]>();
  /** Who has had a turn, the latest last. */
  const turns = new Set<string>();

  const nextLane = (): string | undefined => {
    if (lanes.has(first)) return first;
    const [fresh] = [...lanes.keys()].filter((of) => !turns.has(of));
    return fresh ?? [...turns].find((of) => lanes.has(of));
  };
  return {
    add(of, task) {
      const lane = lanes.get(of) ?? [];
      if (of !== first && lane.length >= most) return false;
      lanes.set(of, lane);
      lane.push(task);
      return true;
    },
    next() {
      const of = nextLane();
      if (of === undefined) return undefined;
      const lane = lanes.get(of) ?? [];
      const task = lane.shift();
      if (lane.length === 0) lanes.delete(of);
      turns.delete(of);
      turns.add(of);
      return task;
    },
    clear() {
      const all = [...lanes.values()].flat();
      lanes.clear();
      return all;
    },
  };
}
