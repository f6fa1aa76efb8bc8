import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** For what has to keep up with the queries: about a quarter of a core that they keep busy. */
const KEEPING_UP = 5;
/** For what may take longer: about a tenth. */
const IN_ITS_OWN_TIME = 10;

/**
 * For threads that work behind the queries: where cores are few, queries go first. On Linux the priority is that of the calling
 * thread alone; elsewhere nothing is changed, as it would be the whole process's. What it returns ends that, where the system lets us
 * be more urgent again.
 */
export function letQueriesGoFirst(): () => void {
  if (process.platform !== 'linux') return () => undefined;
  const before = getPriority();
  tryPriority(KEEPING_UP);
  return () => tryPriority(before);
}

/** For a whole process that works behind the gateway: all its threads, also those in which the engine compiles and collects. */
export function letGatewayGoFirst(): void {
  if (process.platform !== 'linux') {
    tryPriority(IN_ITS_OWN_TIME);
    return;
  }
  for (const thread of readdirSync('/proc/self/task')) tryPriority(IN_ITS_OWN_TIME, Number(thread));
}

/** Of the calling thread where no other is named. */
function tryPriority(nice: number, thread = 0): void {
  try {
    setPriority(thread, nice);
  } catch {
    // A sandbox that does not let us: the work is then as urgent as it was.
  }
}
