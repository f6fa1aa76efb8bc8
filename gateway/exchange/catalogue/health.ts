import type { Database, Row } from '../../store/index.ts';
import { dayOf } from '../clock/index.ts';

/** What a call to a provider came to. */
export type CallOutcome = 'OK' | 'PROVIDER_UNAVAILABLE' | 'PROVIDER_TIMEOUT';

/** Counts how providers answer, by day (Measures Art. 13), and keeps the counts in the store. */
export interface ProviderHealth {
  note(subgraph: string, outcome: CallOutcome, milliseconds: number): void;
  /** Writes what has been counted. Rejects when that is not possible; the counts are kept. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const FLUSH_MS = 10_000;

interface Counts {
  readonly day: string;
  readonly subgraph: string;
  calls: number;
  failures: number;
  timeouts: number;
  milliseconds: number;
}

export function createProviderHealth(
  database: Database,
  instance: string,
  now: () => number,
  onProblem: (error: unknown) => void,
): ProviderHealth {
  let counts = new Map<string, Counts>();
  const flush = async (): Promise<void> => {
    const taken = counts;
    counts = new Map();
    try {
      for (const one of taken.values()) await write(database, instance, one);
    } catch (error) {
      for (const [key, one] of taken) addTo(counts, key, one);
      throw error;
    }
  };
  const timer = setInterval(() => void flush().catch(onProblem), FLUSH_MS);
  timer.unref();
  return {
    note(subgraph, outcome, milliseconds) {
      const day = dayOf(now());
      addTo(counts, `${day} ${subgraph}`, {
        day,
        subgraph,
        calls: 1,
        failures: outcome === 'PROVIDER_UNAVAILABLE' ? 1 : 0,
        timeouts: outcome === 'PROVIDER_TIMEOUT' ? 1 : 0,
        milliseconds,
      });
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush().catch(onProblem);
    },
  };
}

function addTo(counts: Map<string, Counts>, key: string, one: Counts): void {
  const sum = counts.get(key);
  if (!sum) {
    counts.set(key, { ...one });
    return;
  }
  for (const what of ['calls', 'failures', 'timeouts', 'milliseconds'] as const) sum[what] += one[what];
}

async function write(database: Database, instance: string, one: Counts): Promise<void> {
  await database.query(
    `insert into provider_days (day, subgraph, instance, calls, failures, timeouts, milliseconds)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (day, subgraph, instance) do update set calls = provider_days.calls + $4,
       failures = provider_days.failures + $5, timeouts = provider_days.timeouts + $6,
       milliseconds = provider_days.milliseconds + $7`,
    [one.day, one.subgraph, instance, one.calls, one.failures, one.timeouts, one.milliseconds],
  );
}

/** How a provider answered on one day, over all instances. */
export interface ProviderDay {
  readonly day: string;
  readonly subgraph: string;
  readonly calls: number;
  readonly failures: number;
  readonly timeouts: number;
  /** Share of the calls that were answered, 0–1. */
  readonly availability: number;
  readonly errorRate: number;
  readonly meanMilliseconds: number;
}

export async function providerDays(
  database: Database,
  {
    from,
    to,
    subgraph = null,
  }: { readonly from: string; readonly to: string; readonly subgraph?: string | null },
): Promise<ProviderDay[]> {
  const rows = await database.query(
    `select day, subgraph, sum(calls)::int8 as calls, sum(failures)::int8 as failures,
       sum(timeouts)::int8 as timeouts, sum(milliseconds) as milliseconds
     from provider_days where day between $1 and $2 and ($3::text is null or subgraph = $3)
     group by day, subgraph order by day desc, subgraph`,
    [from, to, subgraph],
  );
  return rows.map(dayOfProvider);
}

function dayOfProvider(row: Row): ProviderDay {
  const number = (name: string): number => Number(row[name]);
  const [calls, failures, timeouts] = [number('calls'), number('failures'), number('timeouts')];
  const errorRate = (failures + timeouts) / calls;
  return {
    day: String(row.day),
    subgraph: String(row.subgraph),
    calls,
    failures,
    timeouts,
    availability: 1 - errorRate,
    errorRate,
    meanMilliseconds: number('milliseconds') / calls,
  };
}
