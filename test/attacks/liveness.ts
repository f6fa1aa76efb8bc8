import { Agent, request } from 'node:http';

/** Milliseconds until `/health/live` answers, asked again and again while `work` is done; sorted. */
export async function livenessDuring(url: string, work: () => Promise<unknown>): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const took: number[] = [];
  let isDone = false;
  const done = work().finally(() => {
    isDone = true;
  });
  do {
    const start = performance.now();
    await live(url, agent);
    took.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 5));
  } while (!isDone || took.length < 5);
  await done;
  agent.destroy();
  return took.sort((a, b) => a - b);
}

/** What nine in ten wait at most. */
export function mostOf(took: readonly number[]): number {
  return took[Math.floor(took.length * 0.9)] ?? Number.POSITIVE_INFINITY;
}

/**
 * How long liveness may take on this machine while there is something else to do: the specification says 100 ms on a quiet
 * machine; others may have much else to do.
 */
export async function usualLiveness(url: string): Promise<number> {
  const idle = await livenessDuring(url, () => new Promise((resolve) => setTimeout(resolve, 300)));
  return Math.max(100, 10 * mostOf(idle));
}

function live(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request(`${url}/health/live`, { agent }, (response) => {
      response.resume();
      response.on('end', resolve);
    })
      .on('error', reject)
      .end();
  });
}
