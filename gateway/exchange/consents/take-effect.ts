import type { Ownership } from '../../registry/index.ts';
import type { Queryable } from '../../store/index.ts';
import { announce } from '../notifications/announce.ts';
import { givenFor } from './covering.ts';
import { note } from './note.ts';

interface By {
  readonly department: string;
  readonly operator: string;
  readonly at: Date;
}

/**
 * Uses the consents that a publication needs up, in the transaction in which it goes live, and puts down whom it makes an owner. False
 * when one is missing: it was withdrawn meanwhile, or never given. Then nothing may go live.
 */
export async function takeEffect(
  transaction: Queryable,
  nextId: () => string,
  ownership: Ownership,
  by: By,
): Promise<boolean> {
  for (const one of ownership.changes) {
    const consent = await givenFor(transaction, ownership, one, 'for update');
    if (!consent) return false;
    await transaction.query(
      `update consents set state = 'IN_EFFECT', closed_at = $2, version = version + 1 where id = $1`,
      [consent.id, by.at],
    );
    await note(transaction, consent.id, 'TAKE_EFFECT', by, null);
    const about = { type: 'Consent', id: consent.id } as const;
    await announce(transaction, { nextId, now: () => by.at.getTime() }, [
      { department: consent.owner, event: 'CONSENT_IN_EFFECT', about },
    ]);
  }
  await transaction.query(
    `insert into coordinate_owners (coordinate, department, since)
     select *, $3 from unnest($1::text[], $2::text[]) on conflict do nothing`,
    [ownership.owners.map(([coordinate]) => coordinate), ownership.owners.map(([, code]) => code), by.at],
  );
  return true;
}
