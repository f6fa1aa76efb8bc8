import type { Queryable } from '../../store/index.ts';

/** What a department can be told of. */
export const EVENTS = [
  'APPLICATION_MOVED',
  'APPLICATION_DUE_SOON',
  'APPLICATION_OVERDUE',
  'GRANT_GIVEN',
  'GRANT_ENDED',
  'OBJECTION_RAISED',
  'OBJECTION_ANSWERED',
  'FINDING_OPENED',
  'FINDING_ANSWERED',
  'FINDING_CLOSED',
  'CONSENT_REQUESTED',
  'CONSENT_ANSWERED',
  'CONSENT_WITHDRAWN',
  'CONSENT_IN_EFFECT',
  'SUBGRAPH_RETIRED',
  'OPERATIONS_BROKEN',
  'DEADLINE_MOVED',
] as const;
export type NotificationEvent = (typeof EVENTS)[number];

export interface Announcement {
  readonly department: string;
  readonly event: NotificationEvent;
  readonly about: {
    readonly type:
      | 'Application'
      | 'Grant'
      | 'Objection'
      | 'Finding'
      | 'Consent'
      | 'Subgraph'
      | 'CatalogueChange';
    readonly id: string;
  };
}

/** The channel on which deliverers hear that there is something to deliver. */
export const CHANNEL = 'notifications';

/** Puts announcements down in the transaction of what they tell: told if and only if it happened. */
export async function announce(
  transaction: Queryable,
  { nextId, now }: { nextId(): string; now(): number },
  announcements: readonly Announcement[],
): Promise<void> {
  const at = new Date(now());
  for (const { department, event, about } of announcements) {
    const id = nextId();
    await transaction.query(
      'insert into notifications (id, department, event, about_type, about_id, at) values ($1, $2, $3, $4, $5, $6)',
      [id, department, event, about.type, about.id, at],
    );
    const hooks = await transaction.query(
      `select id from webhooks where department = $1 and status = 'ACTIVE' and (events = '{}' or $2 = any(events))`,
      [department, event],
    );
    for (const hook of hooks)
      await transaction.query(
        `insert into webhook_deliveries (id, webhook, notification, status, next_at) values ($1, $2, $3, 'PENDING', $4)`,
        [nextId(), hook.id, id, at],
      );
  }
  await transaction.query(`select pg_notify('${CHANNEL}', '')`);
}

/** Tells departments that a deadline of theirs has moved with the calendar. */
export async function announceMoved(
  parts: { nextId(): string; now(): number },
  transaction: Queryable,
  departments: readonly string[],
  about: Announcement['about'],
): Promise<void> {
  const told = [...new Set(departments)].map((department) => ({
    department,
    event: 'DEADLINE_MOVED' as const,
    about,
  }));
  await announce(transaction, parts, told);
}
