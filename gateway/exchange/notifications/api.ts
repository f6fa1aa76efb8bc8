import { z } from 'zod';
import type { Database, Queryable, Row } from '../../store/index.ts';
import { connectionOf, type PageInput, readPage } from '../connection.ts';
import type { Caller, Resolvers } from '../module.ts';
import { once } from '../once.ts';
import { badInput, notFound, Refused } from '../refused.ts';
import { CHANNEL } from './announce.ts';

export interface NotificationParts {
  readonly database: Database;
  nextId(): string;
  now(): number;
  /** Why a URL may not be asked; null when it may. */
  urlFault(url: string, department: string): Promise<string | null>;
}

interface Keyed {
  readonly idempotencyKey?: string | null;
}
interface AddInput extends Keyed {
  readonly url: string;
  readonly events?: readonly string[] | null;
}
interface RemoveInput extends Keyed {
  readonly id: string;
  readonly version: number;
}

const MOST_WEBHOOKS = 10;

const Webhook = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  status: z.string(),
  version: z.number(),
  at: z.date(),
});

/** Inbox and webhooks of a department, as the exchange API has them. */
export function notificationsApi(parts: NotificationParts): Resolvers {
  const { database } = parts;
  const webhookOf = async (id: string, caller: Caller) => {
    const [row] = await database.query('select * from webhooks where id = $1 and department = $2', [
      id,
      caller.principal.department,
    ]);
    if (!row) throw notFound('webhook', id);
    return Webhook.parse(row);
  };
  return {
    Query: {
      notifications: async (_, asked: PageInput, { principal }) => {
        const page = readPage(asked);
        const rows = await database.query(
          `select * from notifications where department = $1 and ($2::text is null or id < $2) order by id desc limit $3`,
          [principal.department, page.after, page.limit + 1],
        );
        return connectionOf(rows, page, notificationOf);
      },
      webhooks: async (_, __, { principal }) => {
        const rows = await database.query(
          `select * from webhooks where department = $1 and status = 'ACTIVE' order by id`,
          [principal.department],
        );
        return rows.map((row) => Webhook.parse(row));
      },
    },
    Mutation: {
      addWebhook: async (_, { input }: { input: AddInput }, caller) => {
        const fault = await parts.urlFault(input.url, caller.principal.department);
        if (fault) throw badInput(fault);
        const request = { caller, mutation: 'addWebhook', key: input.idempotencyKey, input };
        return webhookOf(
          await once(database, request, (transaction) => add(parts, transaction, caller, input)),
          caller,
        );
      },
      removeWebhook: async (_, { input }: { input: RemoveInput }, caller) => {
        const request = { caller, mutation: 'removeWebhook', key: input.idempotencyKey, input };
        return webhookOf(
          await once(database, request, (transaction) => remove(transaction, caller, input)),
          caller,
        );
      },
      redeliver: async (_, { delivery }: { delivery: string }, { principal }) => {
        const [row] = await database.query(
          `update webhook_deliveries as d set status = 'PENDING', attempts = 0, next_at = $3
           from webhooks as w where w.id = d.webhook and d.id = $1 and w.department = $2 and d.status <> 'DELIVERED'
           returning d.*`,
          [delivery, principal.department, new Date(parts.now())],
        );
        if (!row) throw notFound('delivery', delivery);
        await database.query(`select pg_notify('${CHANNEL}', '')`);
        return deliveryOf(row);
      },
    },
    Webhook: {
      deliveries: async ({ id }: { id: string }, asked: PageInput & { readonly status?: string | null }) => {
        const page = readPage(asked);
        const rows = await database.query(
          `select * from webhook_deliveries where webhook = $1 and ($2::text is null or id < $2)
             and ($3::text is null or status = $3) order by id desc limit $4`,
          [id, page.after, asked.status ?? null, page.limit + 1],
        );
        return connectionOf(rows, page, deliveryOf);
      },
    },
  };
}

function notificationOf(row: Row) {
  const about = { type: row.about_type, id: row.about_id };
  return { id: String(row.id), event: row.event, about, at: row.at };
}

function deliveryOf(row: Row) {
  return {
    id: String(row.id),
    notification: row.notification,
    status: row.status,
    attempts: row.attempts,
    nextAt: row.next_at,
    lastError: row.last_error,
    deliveredAt: row.delivered_at,
  };
}

async function add(
  parts: NotificationParts,
  transaction: Queryable,
  { principal }: Caller,
  { url, events }: AddInput,
): Promise<string> {
  const [{ count } = { count: 0 }] = await transaction.query(
    `select count(*)::int8 as count from webhooks where department = $1 and status = 'ACTIVE'`,
    [principal.department],
  );
  if (Number(count) >= MOST_WEBHOOKS)
    throw badInput(`webhook 至多 ${MOST_WEBHOOKS} 个 at most ${MOST_WEBHOOKS} webhooks`);
  const id = parts.nextId();
  await transaction.query(
    `insert into webhooks (id, department, url, events, status, made_by, at) values ($1, $2, $3, $4, 'ACTIVE', $5, $6)`,
    [id, principal.department, url, events ?? [], principal.operator, new Date(parts.now())],
  );
  return id;
}

async function remove(
  transaction: Queryable,
  { principal }: Caller,
  { id, version }: RemoveInput,
): Promise<string> {
  const [row] = await transaction.query(
    'select version from webhooks where id = $1 and department = $2 for update',
    [id, principal.department],
  );
  if (!row) throw notFound('webhook', id);
  if (row.version !== version)
    throw new Refused('CONFLICT', { what: 'webhook', id, version: Number(row.version) });
  await transaction.query(`update webhooks set status = 'REMOVED', version = version + 1 where id = $1`, [
    id,
  ]);
  // What is still to be delivered there never will be.
  await transaction.query(
    `update webhook_deliveries set status = 'DEAD', last_error = 'removed' where webhook = $1 and status = 'PENDING'`,
    [id],
  );
  return id;
}
