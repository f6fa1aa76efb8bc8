import { setPriority } from 'node:os';

const NICE = 10;

/**
 * For threads that work behind the queries: where cores are few, queries go first. On Linux the priority is that of the calling
 * thread alone; elsewhere nothing is changed, as it would be the whole process's.
 */
export function letQueriesGoFirst(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(NICE);
  } catch {
    // A sandbox that does not let us: the work is then as urgent as a query.
  }
}
