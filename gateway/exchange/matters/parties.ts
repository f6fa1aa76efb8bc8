import type { Database } from '../../store/index.ts';

/**
 * Tells who is a subject of a department's matter, as it stands now. Read anew for each request that needs it, so that a
 * matter that is closed ends what it gave at once.
 */
export async function partiesTo(
  database: Database,
  hashSubject: (subject: string) => string,
  department: string,
  matter: string,
): Promise<(subject: unknown) => boolean> {
  const rows = await database.query(
    'select subject from matter_subjects where department = $1 and matter = $2 and closed_at is null',
    [department, matter],
  );
  const subjects = new Set(rows.map((one) => String(one.subject)));
  return (subject) =>
    (typeof subject === 'string' || typeof subject === 'number') &&
    subjects.has(hashSubject(String(subject)));
}
