import { z } from 'zod';
import { type Finding, finding } from '../../registry/index.ts';
import type { Authorize, ServiceCalls } from './service-call.ts';

/** Somebody who shows no valid assertion of the gateway. */
export interface Stranger {
  /** What is wrong with what he shows; Chinese and English. */
  readonly shows: string;
  /** Absent: he shows nothing. */
  readonly authorize?: Authorize;
}

/** Everybody whom a service must not answer, by the assertions that one would show it. */
export function strangersTo(sign: {
  /** Valid for the service: only its signature is spoilt. */
  readonly valid: Authorize;
  readonly expired: Authorize;
  /** For another than the service. */
  readonly foreign: Authorize;
}): readonly Stranger[] {
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'liancha-assertion+jwt' })).toString(
    'base64url',
  );
  const spoilt = (change: (header: string, payload: string) => string): Authorize => {
    return (request) => {
      const [header = '', payload = ''] = sign.valid(request).split('.');
      return change(header, payload);
    };
  };
  const forged = Buffer.alloc(SIGNATURE_BYTES).toString('base64url');
  const shown = (shows: string, token: Authorize): Stranger => ({
    shows,
    authorize: (request) => `Bearer ${token(request)}`,
  });
  return [
    { shows: '无 nothing' },
    shown('任意文字 any text', () => 'anything'),
    shown(
      '伪造签名的断言 a forged signature',
      spoilt((header, payload) => `${header}.${payload}.${forged}`),
    ),
    shown(
      '无签名的断言 no signature',
      spoilt((_, payload) => `${none}.${payload}.`),
    ),
    shown('过期的断言 an assertion that has expired', sign.expired),
    shown('给他人的断言 an assertion for another', sign.foreign),
  ];
}

/** RFC 8032: of Ed25519. */
const SIGNATURE_BYTES = 64;

const Answer = z.object({ data: z.record(z.string(), z.unknown()), errors: z.array(z.unknown()).nullish() });

/**
 * Does a service answer strangers? Nobody may be: neither for data nor for its schema, as a service that looks at the question before it
 * looks at who asks will forget a field. Null where it answers none.
 */
export async function unprotectedFinding(
  service: ServiceCalls,
  url: string,
  strangers: readonly Stranger[],
  questions: readonly string[],
): Promise<Finding | null> {
  const asked = strangers.flatMap((stranger) =>
    questions.flatMap((query) => [
      { stranger, query, method: 'POST' } as const,
      ...(stranger.authorize === undefined ? [{ stranger, query, method: 'GET' } as const] : []),
    ]),
  );
  const found = await Promise.all(
    asked.map(async ({ stranger, query, method }) => {
      const { authorize } = stranger;
      const answer = await service.ask({
        query,
        method,
        ...(authorize && { authorize }),
      });
      return answer.ok && isAnswered(answer.text) ? { stranger, query, method } : null;
    }),
  );
  const first = found.find((one) => one !== null);
  if (!first) return null;
  const { stranger, query, method } = first;
  const text = `${url}: 未出示网关有效断言者（${stranger.shows}）也得到应答（${method} ${query}）。请在处理任何请求之前验证断言（kit 的 assertionVerifier）。 The service answers somebody who shows no valid assertion of the gateway; verify it before anything else.`;
  return finding('UNPROTECTED', null, text);
}

/** Data are given, or found not to be there, without a refusal. */
function isAnswered(text: string): boolean {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return false;
  }
  const parsed = Answer.safeParse(json);
  if (!parsed.success) return false;
  const { data, errors } = parsed.data;
  return !errors?.length || Object.values(data).some((value) => value !== null);
}
