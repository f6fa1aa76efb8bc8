import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Database } from '../../store/index.ts';
import { CHANNEL } from './announce.ts';
import type { MessageSigner } from './signature.ts';
import { connectionTo, type WebhookReach } from './url-fault.ts';

export interface DelivererParts {
  readonly database: Database;
  readonly signer: MessageSigner;
  now(): number;
  /** Judged at each attempt, and where it is connected to: names change their addresses. */
  readonly reach: WebhookReach;
  onProblem(error: unknown): void;
}

export interface Deliverer {
  close(): Promise<void>;
}

const POLL_MS = 5_000;
const TIMEOUT_MS = 10_000;
/** For how long a delivery belongs to the instance that took it; another takes it when that one has died. */
const LEASE_MS = 60_000;
const AT_ONCE = 20;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;
/** Some two days with the waits above; then it is dead, until somebody asks for it again. */
const MOST_ATTEMPTS = 14;

const Due = z.object({
  id: z.string(),
  attempts: z.number(),
  url: z.string(),
  department: z.string(),
  notification: z.string(),
  event: z.string(),
  about_type: z.string(),
  about_id: z.string(),
  at: z.date(),
});
type Due = z.infer<typeof Due>;

/** Delivers webhooks, at least once each: signed, tried again with growing waits, given up after many. All instances share the work. */
export function startDeliverer(parts: DelivererParts): Deliverer {
  const { database } = parts;
  let isClosed = false;
  let running: Promise<void> | null = null;
  let isWanted = false;
  const run = async (): Promise<void> => {
    do {
      isWanted = false;
      const due = await take(parts);
      await Promise.all(due.map((one) => deliver(parts, one)));
      if (due.length === AT_ONCE) isWanted = true;
    } while (isWanted && !isClosed);
  };
  const wake = (): void => {
    isWanted = true;
    if (isClosed || running) return;
    running = run()
      .catch(parts.onProblem)
      .finally(() => {
        running = null;
      });
  };
  const timer = setInterval(wake, POLL_MS);
  timer.unref();
  database.listen(CHANNEL, wake).catch(parts.onProblem);
  wake();
  return {
    async close() {
      isClosed = true;
      clearInterval(timer);
      await running;
    },
  };
}

async function take({ database, now }: DelivererParts): Promise<Due[]> {
  const at = now();
  const rows = await database.query(
    `with due as (
       select id from webhook_deliveries where status = 'PENDING' and next_at <= $1
       order by next_at limit ${AT_ONCE} for update skip locked)
     update webhook_deliveries as d set next_at = $2, attempts = attempts + 1
     from due, webhooks as w, notifications as n
     where d.id = due.id and w.id = d.webhook and n.id = d.notification
     returning d.id, d.attempts, w.url, w.department, n.id as notification, n.event, n.about_type, n.about_id, n.at`,
    [new Date(at), new Date(at + LEASE_MS)],
  );
  return rows.map((row) => Due.parse(row));
}

async function deliver(parts: DelivererParts, due: Due): Promise<void> {
  const fault = await send(parts, due);
  const now = parts.now();
  if (fault === null) {
    await parts.database.query(
      `update webhook_deliveries set status = 'DELIVERED', delivered_at = $2, last_error = null where id = $1`,
      [due.id, new Date(now)],
    );
    return;
  }
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (due.attempts - 1), LONGEST_WAIT_MS);
  await parts.database.query(
    'update webhook_deliveries set status = $2, next_at = $3, last_error = $4 where id = $1',
    [due.id, due.attempts >= MOST_ATTEMPTS ? 'DEAD' : 'PENDING', new Date(now + wait), fault],
  );
}

/** One attempt. Null when the department took it; otherwise what happened, in a few words. */
async function send({ signer, reach }: DelivererParts, due: Due): Promise<string | null> {
  const connection = await connectionTo(reach, due.url, due.department);
  if ('fault' in connection) return connection.fault;
  const body = JSON.stringify({
    id: due.notification,
    event: due.event,
    about: { type: due.about_type, id: due.about_id },
    at: due.at.toISOString(),
  });
  const dispatcher = new Agent({ connect: { timeout: TIMEOUT_MS, ...connection } });
  try {
    const { statusCode, body: answer } = await request(due.url, {
      dispatcher,
      method: 'POST',
      headers: { ...signer.headers(due.url, body), 'idempotency-key': due.notification },
      body,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.dump();
    return statusCode >= 200 && statusCode < 300 ? null : `HTTP ${statusCode}`;
  } catch (error) {
    return error instanceof Error ? error.name : 'no answer';
  } finally {
    await dispatcher.destroy();
  }
}
