import { type Logger, pino } from 'pino';

export type { Logger };

/**
 * Structured logs on standard error. Nothing that a consumer asked or was answered is logged: no variables, no
 * operation text, no tokens. Errors are logged by kind and place, as their messages may quote data.
 */
export function createLogger(level = process.env.LOG_LEVEL ?? 'info'): Logger {
  return pino(
    { level, base: null, serializers: { error: describeError } },
    pino.destination({ fd: 2, sync: false }),
  );
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { kind: typeof error };
  const at = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .map((line) => line.trim());
  return { kind: error.name, at };
}
