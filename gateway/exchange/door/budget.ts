import { Refused } from '../refused.ts';

/** How much one request may still have resolved, and until when. */
export interface Budget {
  /** Takes one field's work; refuses when there is no more. */
  spend(): void;
  /** From now on the request has so many milliseconds; what changes something is not broken off. */
  limitTime(milliseconds: number): void;
}

/** Fields with work of their own that one request may have resolved: what lists really hold is known only then. */
const MOST_FIELDS = 20_000;

export function createBudget(clock: () => number = () => performance.now()): Budget {
  let fields = 0;
  let endsAt = Number.POSITIVE_INFINITY;
  let longest = 0;
  return {
    spend() {
      fields++;
      if (fields > MOST_FIELDS) throw tooMuch('fields', MOST_FIELDS);
      if (clock() > endsAt) throw tooMuch('milliseconds', longest);
    },
    limitTime(milliseconds) {
      longest = milliseconds;
      endsAt = clock() + milliseconds;
    },
  };
}

function tooMuch(what: string, limit: number): Refused {
  return new Refused('OPERATION_TOO_COMPLEX', { what, actual: `> ${limit}`, limit });
}
