import { type Answer, formatFailure } from '../../broker/index.ts';
import { type ErrorCode, type Language, statusOf } from '../../errors.ts';
import type { ResponseType } from './media.ts';

/** Failures for which even the legacy media type must not say 200: nothing was asked at all. */
const ALWAYS_BY_STATUS = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'KEYS_UNAVAILABLE',
  'QUOTA_EXCEEDED',
  'METHOD_NOT_ALLOWED',
  'OVERLOADED',
  'LEDGER_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
]);

const DATA = Buffer.from('{"data":');

/** Larger data is written beside what surrounds it; smaller data is copied, so that there is one piece to write. */
const COPIED = 16_384;

/** Writes an answer as a GraphQL response body, in pieces. Data that is bytes already is not touched. */
export function answerBody(answer: Answer, language: Language): readonly Buffer[] {
  const tail = `"extensions":${JSON.stringify(extensionsOf(answer))}}`;
  const errors =
    answer.failures.length === 0
      ? ''
      : `"errors":${JSON.stringify(answer.failures.map((one) => formatFailure(one, language)))},`;
  if (!answer.data) return [Buffer.from(`{${errors}${tail}`)];
  const pieces = [DATA, answer.data, Buffer.from(`,${errors}${tail}`)];
  return answer.data.length > COPIED ? pieces : [Buffer.concat(pieces)];
}

/** `extensions` of an answer: the receipt, with its proof where that was asked for, what is disputed, what was checked. */
export function extensionsOf({ receipt, proof, disputed, findings }: Answer): Record<string, unknown> {
  return { receipt: { id: receipt, ...(proof && { proof }) }, ...(disputed && { disputed }), ...findings };
}

/** Does the request ask for the proof of its disclosure (`liancha-receipt: proof`)? */
export function wantsProof(header: string | string[] | undefined): boolean {
  return header === 'proof';
}

/**
 * The HTTP status of an answer (GraphQL over HTTP §6.4). Whatever was executed is 200; the legacy media type
 * says 200 to every well-formed request.
 */
export function statusOfAnswer(answer: Answer, type: ResponseType): number {
  const [first] = answer.failures;
  if (answer.data || !first) return 200;
  if (type === 'application/json' && !ALWAYS_BY_STATUS.has(first.code)) return 200;
  return Math.max(400, statusOf(first.code));
}
