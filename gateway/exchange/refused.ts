import type { ErrorCode, ErrorDetails } from '../errors.ts';

/** A move that the exchange refuses; the API writes it in the reader's language. */
export class Refused extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

export function badInput(detail: string): Refused {
  return new Refused('BAD_USER_INPUT', { detail });
}

/** @public */
export function notFound(what: string, id: string): Refused {
  return new Refused('NOT_FOUND', { what, id: id.slice(0, 100) });
}
