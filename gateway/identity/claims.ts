import { z } from 'zod';
import { isPrintableLine } from '../printable.ts';
import { ZONES } from '../words.ts';
import { CODE } from './departments.ts';

const LONGEST_OPERATOR = 200;
/** The last second of the year 9999; what is later no date can say. */
const LAST_SECOND = 253_402_300_799;

/** RFC 7519 §2 NumericDate: seconds since the epoch. */
const NumericDate = z.number().min(0).max(LAST_SECOND);

/** What a token must say (RFC 7519): who the operator is, of which department, in which network, from when and until when. */
const Claims = z.object({
  sub: z.string().refine((text) => isPrintableLine(text, LONGEST_OPERATOR)),
  department: z.string().regex(CODE),
  zone: z.enum(ZONES),
  exp: NumericDate,
  iat: NumericDate.optional(),
  nbf: NumericDate.optional(),
});
export type Claims = z.infer<typeof Claims>;

/** Kinds of tokens that say who asks; a token that was made for something else (an assertion, a logout) is none. RFC 7519 §5.1, RFC 9068 §2.1. */
const TYPES = new Set(['jwt', 'at+jwt']);

export function isAccessToken(typ: string | undefined): boolean {
  return typ === undefined || TYPES.has(typ.toLowerCase().replace(/^application\//, ''));
}

export interface ClaimRules {
  readonly now: number;
  readonly toleranceSeconds: number;
  /** Longest time for which a token may be good. */
  readonly longestSeconds: number;
}

/** The claims of a verified token, or the name of the one that is wrong. `exp` and `nbf` have been compared with the clock. */
export function readClaims(
  payload: unknown,
  { now, toleranceSeconds, longestSeconds }: ClaimRules,
): { readonly ok: true; readonly claims: Claims } | { readonly ok: false; readonly claim: string } {
  const parsed = Claims.safeParse(payload);
  if (!parsed.success) return { ok: false, claim: String(parsed.error.issues[0]?.path[0] ?? '') };
  const claims = parsed.data;
  const seconds = now / 1_000;
  if (claims.iat !== undefined && claims.iat > seconds + toleranceSeconds) return { ok: false, claim: 'iat' };
  // A token that does not say since when is taken to be new.
  const since = claims.iat ?? seconds;
  if (claims.exp - since > longestSeconds + toleranceSeconds) return { ok: false, claim: 'exp' };
  return { ok: true, claims };
}
