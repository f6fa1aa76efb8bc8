import { errors, type JWTVerifyGetKey, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose';
import type { KeySet } from './key-set.ts';

/** Keys of one set that are tried for a token that does not say which. */
const MOST_TRIED = 10;

/** Verifies a token with the keys of a set. Where several fit it (it names no key, or one that two share), each is tried. */
export async function verifyToken(
  token: string,
  keys: KeySet,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  const current = await keys.current();
  try {
    return await verifyWith(token, current, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    const renewed = await keys.renewed();
    if (!renewed) throw error;
    return verifyWith(token, renewed, options);
  }
}

async function verifyWith(
  token: string,
  keys: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, keys, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tried = 0;
    for await (const key of error) {
      if (++tried > MOST_TRIED) break;
      try {
        return await jwtVerify(token, key, options);
      } catch (one) {
        if (!(one instanceof errors.JWSSignatureVerificationFailed)) throw one;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}
