import type { Failure } from '../../errors.ts';

/** Errors that one answer tells. */
const MOST_FAILURES = 1_000;

/**
 * Errors of one answer, up to a limit; the others are counted. A list of a hundred thousand records in which one field is denied
 * would be answered with as many errors.
 */
export class FailureList extends Array<Failure> {
  omitted = 0;

  override push(...failures: Failure[]): number {
    for (const one of failures) {
      if (this.length < MOST_FAILURES) super.push(one);
      else this.omitted++;
    }
    return this.length;
  }

  /** All that is told, with how many more there were. */
  told(): readonly Failure[] {
    const told = Array.from(this);
    return this.omitted === 0
      ? told
      : [...told, { code: 'ERRORS_OMITTED', details: { omitted: this.omitted } }];
  }
}

/** How many errors there have been, told or not. */
export function countOf(failures: readonly Failure[]): number {
  return failures.length + (failures instanceof FailureList ? failures.omitted : 0);
}
