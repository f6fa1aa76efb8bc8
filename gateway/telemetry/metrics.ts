import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What is measured, in the format of Prometheus. */
export interface Metrics {
  readonly providerCalls: Counter<'subgraph' | 'outcome'>;
  /** 1 while the database's grants cannot be confirmed, and so none of them is in force. */
  readonly grantsStale: Gauge;
  /** Reads how far search is behind the ledger, whenever it is asked for. */
  watchIndex(state: () => { readonly behind: number; readonly lagMs: number }): void;
  /** Reads which publication is served, and which could not be taken up. */
  watchPublication(status: () => { readonly served: number; readonly failed: number | null }): void;
  /** One request: which door served it, what it came to (`OK` or the first code) and how long it took. */
  observeRequest(door: 'warm' | 'general', outcome: string, seconds: number): void;
  /** What is pushed: streams that are open, and answers given by event streams and WebSockets. */
  readonly pushed: { opened(): () => void; answered(outcome: string): void };
  text(): Promise<string>;
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own, so that several gateways can live in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'liancha_' });
  const providerCalls = new Counter({
    name: 'liancha_provider_calls_total',
    help: 'Calls to providers, by subgraph and outcome',
    labelNames: ['subgraph', 'outcome'] as const,
    registers,
  });
  const grantsStale = new Gauge({
    name: 'liancha_grants_stale',
    help: '1 while the grants of the database cannot be confirmed, so that none of them is in force',
    registers,
  });
  const requests = new Counter({
    name: 'liancha_requests_total',
    help: 'GraphQL requests, by door and outcome (OK or the first error code)',
    labelNames: ['door', 'outcome'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'liancha_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer, by door',
    labelNames: ['door'] as const,
    buckets: BUCKETS,
    registers,
  });
  const streams = new Gauge({
    name: 'liancha_subscriptions',
    help: 'Subscriptions that are open',
    registers,
  });
  const pushed = new Counter({
    name: 'liancha_pushed_total',
    help: 'Answers given by event streams and WebSockets, by outcome (OK or the first error code)',
    labelNames: ['outcome'] as const,
    registers,
  });
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  return {
    pushed: {
      opened() {
        streams.inc();
        return () => streams.dec();
      },
      answered: (outcome) => pushed.inc({ outcome }),
    },
    providerCalls,
    watchPublication(status) {
      gauge('liancha_publication_served', 'Number of the publication that is served', () => status().served);
      gauge(
        'liancha_publication_not_taken_up',
        'Number of the publication that could not be taken up; 0 where there is none',
        () => status().failed ?? 0,
      );
    },
    watchIndex(state) {
      gauge('liancha_ledger_index_behind', 'Records that search does not know yet', () => state().behind);
      gauge('liancha_ledger_index_lag_seconds', 'Time for which search has not been up to date', () => {
        return state().lagMs / 1_000;
      });
    },
    grantsStale,
    observeRequest(door, outcome, seconds) {
      requests.inc({ door, outcome });
      duration.observe({ door }, seconds);
    },
    text: () => registry.metrics(),
  };
}
