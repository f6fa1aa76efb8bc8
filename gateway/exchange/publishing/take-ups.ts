import type { Queryable } from '../../store/index.ts';
import { type PublicationRow, publicationOf } from './publications.ts';

/** Publications that a start tries, at most: each takes seconds. */
const MOST_TRIED = 20;

/** Remembers that an instance has taken a publication up, or why it could not. */
export async function noteTakeUp(
  database: Queryable,
  publication: string,
  instance: string,
  at: Date,
  failure: string | null,
): Promise<void> {
  await database.query(
    `insert into publication_take_ups (publication, instance, at, failure) values ($1, $2, $3, $4)
     on conflict (publication, instance) do update set at = $3, failure = $4`,
    [publication, instance, at, failure?.slice(0, 1_000) ?? null],
  );
}

/**
 * What a start may serve, in the order in which it is tried: what is live; then what some instance has taken up, the latest first; then
 * what nobody has tried. Of publications that were made of the same only the first.
 */
export async function publicationsToTry(from: Queryable): Promise<readonly PublicationRow[]> {
  const rows = await from.query(
    `select p.*, coalesce(c.publication = p.id, false) as is_live,
       exists (select 1 from publication_take_ups t where t.publication = p.id and t.failure is null) as was_taken_up
     from publications p left join current_publication c on c.publication = p.id
     order by is_live desc, was_taken_up desc, p.number desc`,
  );
  const found = new Map<string, PublicationRow>();
  for (const row of rows) {
    const publication = publicationOf(row);
    if (!found.has(publication.revision)) found.set(publication.revision, publication);
  }
  return [...found.values()].slice(0, MOST_TRIED);
}
