import { type Finding, finding, NotCarriedOut } from '../../registry/index.ts';
import { Refused } from '../refused.ts';

/** Seconds after which a department whose checks wait may try again. */
const RETRY_AFTER = 30;

/**
 * What checking comes to; or, where it has no result, why not, as a finding: what ends or holds up the process that checks would do so
 * wherever it is taken up.
 */
export async function orWhyNot<T>(
  work: () => Promise<T>,
  refuse: (findings: readonly Finding[]) => T,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NotCarriedOut)) throw error;
    if (error.reason === 'TOO_MANY')
      throw new Refused('QUOTA_EXCEEDED', {
        limit: '同时的发布检查 publishing checks at once',
        retryAfter: RETRY_AFTER,
      });
    return refuse([findingOf(error)]);
  }
}

function findingOf({ reason, message }: NotCarriedOut): Finding {
  if (reason === 'TIMED_OUT') {
    const text = `检查未在时限内完成，已中止：${message}。请简化模式（嵌套、接口与联合的实现、@requires 的层次）后重试。 The check took longer than it may and was ended; simplify the schema and try again.`;
    return finding('CHECK_TIMED_OUT', null, text);
  }
  const what =
    reason === 'ENDED'
      ? '检查进程因这一模式而终止（例如内存耗尽） The process that checks has ended at this schema, for want of memory for example'
      : '检查因这一模式而失败 The check has failed at this schema';
  return finding('TAKE_UP_FAILED', null, `${what}: ${message}`);
}
