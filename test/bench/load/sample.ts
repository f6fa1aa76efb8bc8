/** What a load has seen of a gateway. */
export interface Sample {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly answers: number;
  /** Why not every answer counts; null when all were as expected. */
  readonly fault: string | null;
}

/** What the load sends, and how it knows an answer for right without parsing it. */
export interface Feed {
  readonly port: number;
  /** The next request of a connection. Every connection has tokens of its own. */
  next(connection: number): Buffer;
  /** An answer has one of these lengths: those of the answers that were compared with the expected data before. */
  readonly lengths: ReadonlySet<number>;
}

/** Gathers latencies; the first wrong answer is kept as the fault. */
export class Recorder {
  readonly #lengths: ReadonlySet<number>;
  readonly #latencies: number[] = [];
  #fault: string | null = null;

  constructor(lengths: ReadonlySet<number>) {
    this.#lengths = lengths;
  }

  answered(milliseconds: number, status: number, length: number): void {
    this.#latencies.push(milliseconds);
    if (status === 200 && this.#lengths.has(length)) return;
    this.#fault ??= `an answer under load had status ${status} and ${length} bytes`;
  }

  broke(error: Error): void {
    this.#fault ??= error.message;
  }

  get isBroken(): boolean {
    return this.#fault !== null;
  }

  sample(seconds: number): Sample {
    const sorted = Float64Array.from(this.#latencies).sort();
    const quantile = (q: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
    return {
      perSecond: sorted.length / seconds,
      p50: quantile(0.5),
      p99: quantile(0.99),
      answers: sorted.length,
      fault: this.#fault ?? (sorted.length === 0 ? 'no answer came' : null),
    };
  }
}
