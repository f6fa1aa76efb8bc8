import type { Queryable } from '../../store/index.ts';
import { announce, type NotificationEvent } from '../notifications/announce.ts';
import type { PublishingParts } from './change.ts';

/** Tells departments what became of a subgraph, in the transaction in which it does; not the one that has done it. */
export async function tellOf(
  parts: Pick<PublishingParts, 'nextId' | 'now'>,
  transaction: Queryable,
  event: Extract<NotificationEvent, 'SUBGRAPH_RETIRED' | 'OPERATIONS_BROKEN'>,
  subgraph: string,
  departments: readonly string[],
  by: string,
): Promise<void> {
  const told = [...new Set(departments)].filter((one) => one !== by);
  if (told.length === 0) return;
  const about = { type: 'Subgraph', id: subgraph } as const;
  await announce(
    transaction,
    parts,
    told.map((department) => ({ department, event, about })),
  );
}
