import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Of a core that queries keep busy: about a tenth. */
const NICE = 10;
/** About a quarter: for what has to keep up with them. */
export const KEEPING_UP = 5;

/**
 * For threads that work behind the queries: where cores are few, queries go first. On Linux the priority is that of the calling
 * thread alone; elsewhere nothing is changed, as it would be the whole process's. What it returns ends that, where the system lets us
 * be more urgent again.
 */
export function letQueriesGoFirst(nice = NICE): () => void {
  if (process.platform !== 'linux') return () => undefined;
  const before = getPriority();
  tryPriority(nice);
  return () => tryPriority(before);
}

/** The same for a whole process: all its threads, also those in which the engine compiles and collects. */
export function letGatewayGoFirst(nice = NICE): void {
  if (process.platform !== 'linux') {
    tryPriority(nice);
    return;
  }
  for (const thread of readdirSync('/proc/self/task')) tryPriority(nice, Number(thread));
}

/** Of the calling thread where no other is named. */
function tryPriority(nice: number, thread = 0): void {
  try {
    setPriority(thread, nice);
  } catch {
    // A sandbox that does not let us: the work is then as urgent as it was.
  }
}
