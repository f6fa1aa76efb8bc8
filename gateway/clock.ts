/** What is accepted between two clocks that should agree. */
const MOST_APART_MS = 5 * 60_000;

/**
 * A clock that never goes back. Where `wall` does, time runs on from the latest instant that was seen, by a clock that nobody sets: rights
 * that have ended stay ended, and those that are to begin do not begin twice.
 */
export function steadyClock(
  wall: () => number,
  elapsed: () => number = () => performance.now(),
): () => number {
  let latest = Number.NEGATIVE_INFINITY;
  let at = 0;
  return () => {
    const now = wall();
    if (now > latest) {
      latest = now;
      at = elapsed();
    } else if (now < latest) {
      const passed = elapsed();
      latest += Math.max(0, passed - at);
      at = passed;
    }
    return latest;
  };
}

/** Instants with which the machine's clock must agree; null where there is nothing to compare with. */
export interface Compared {
  /** Of the last signed head of the ledger: it lies in the past. */
  readonly head: number | null;
  /** Of the database server, by its own clock. */
  readonly server: number | null;
}

/** Why the gateway must not start by this clock; null when it may. */
export function clockFault(now: number, { head, server }: Compared): string | null {
  const iso = (time: number): string => new Date(time).toISOString();
  if (head !== null && head - now > MOST_APART_MS)
    return (
      `本机时钟（${iso(now)}）早于账本最后的签名（${iso(head)}）。授权会因此提前或延后生效。请先校准时钟。\n` +
      `The machine's clock (${iso(now)}) is before the last signed head of the ledger (${iso(head)}): grants would begin and end at wrong times. Set the clock right.`
    );
  if (server !== null && Math.abs(server - now) > MOST_APART_MS)
    return (
      `本机时钟（${iso(now)}）与数据库服务器的时钟（${iso(server)}）相差过大。请先校准。\n` +
      `The machine's clock (${iso(now)}) and the database server's (${iso(server)}) are too far apart. Set them right.`
    );
  return null;
}
