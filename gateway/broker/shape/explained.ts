import type { Failure } from '../../errors.ts';

type Path = readonly (string | number)[];

/** What of an answer an error has been told of. */
interface Told {
  readonly failures: readonly Failure[];
  /** Errors that providers reported. */
  readonly reported: readonly Failure[];
}

/** Paths as a tree: to look one up takes as many steps as it has. */
class Paths {
  readonly #below = new Map<string | number, Paths>();
  #isEnd = false;

  add(path: Path): void {
    let node: Paths = this;
    for (const step of path) {
      let next = node.#below.get(step);
      if (!next) {
        next = new Paths();
        node.#below.set(step, next);
      }
      node = next;
    }
    node.#isEnd = true;
  }

  /** Is one of them at a path or below it; or above it, where that counts? */
  meets(path: Path, whereAbove: boolean): boolean {
    let node: Paths = this;
    for (const step of path) {
      if (whereAbove && node.#isEnd) return true;
      const next = node.#below.get(step);
      if (!next) return false;
      node = next;
    }
    return node.#isEnd || node.#below.size > 0;
  }
}

export class Explained {
  readonly #told: Told;
  readonly #reported = new Paths();
  readonly #failures = new Paths();
  #seenReported = 0;
  #seenFailures = 0;

  constructor(told: Told) {
    this.#told = told;
  }

  /** Has an error been told at a path, or below it, or by a provider above it? */
  has(path: Path): boolean {
    this.#note();
    return this.#failures.meets(path, false) || this.#reported.meets(path, true);
  }

  /** The same, but not above it. */
  hasAt(path: Path): boolean {
    this.#note();
    return this.#failures.meets(path, false) || this.#reported.meets(path, false);
  }

  #note(): void {
    const { reported, failures } = this.#told;
    while (this.#seenReported < reported.length)
      this.#reported.add(reported[this.#seenReported++]?.path ?? []);
    while (this.#seenFailures < failures.length)
      this.#failures.add(failures[this.#seenFailures++]?.path ?? []);
  }
}
