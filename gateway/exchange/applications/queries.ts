import { z } from 'zod';
import { oversees } from '../../roles.ts';
import type { Queryable, Row } from '../../store/index.ts';
import { type Connection, connectionOf, type PageInput, readPage } from '../connection.ts';
import { groupBy } from '../door/loader.ts';
import type { Caller } from '../module.ts';
import { notFound } from '../refused.ts';
import { type Content, storedContent } from './content.ts';
import { PART_COLUMNS, type Part, partOf, WHAT } from './part.ts';
import { isVisible } from './parties.ts';
import type { State } from './procedure.ts';

/** An application as a whole, as far as its parts have it in common. */
export interface ApplicationRecord {
  readonly id: string;
  readonly version: number;
  readonly applicant: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly submittedAt: Date | null;
  readonly content: Content;
}

const Stored = z.object({
  id: z.string(),
  version: z.number(),
  applicant: z.string(),
  created_at: z.date(),
  created_by: z.string(),
  submitted_at: z.date().nullable(),
  content: z.unknown(),
});

function applicationOf(row: Row): ApplicationRecord {
  const { created_at, created_by, submitted_at, content, ...same } = Stored.parse(row);
  return {
    ...same,
    createdAt: created_at,
    createdBy: created_by,
    submittedAt: submitted_at,
    content: storedContent(content),
  };
}

/** By its own id, or by that of one of its parts that the viewer may see: of others it is not even told where they belong. */
const NAMED = `(a.id = $3 or exists (
  select 1 from application_parts o where o.application = a.id and o.id = $3 and (a.applicant = $1 or $2 or o.provider = $1)))`;

/** `$1` the viewer's department, `$2` whether it sees all: its own applications, and of those that were submitted what it is asked in. */
const VISIBLE = `(a.applicant = $1 or (a.submitted_at is not null and ($2 or exists (
  select 1 from application_parts v where v.application = a.id and v.provider = $1))))`;

export async function readApplication(
  queryable: Queryable,
  { department }: Caller,
  id: string,
): Promise<ApplicationRecord> {
  const [row] = await queryable.query(`select a.* from applications a where ${NAMED} and ${VISIBLE}`, [
    department.code,
    oversees(department),
    id,
  ]);
  if (!row) throw notFound(WHAT, id);
  return applicationOf(row);
}

/** Several applications by their own ids, without those that the caller may not see. */
export async function readApplications(
  queryable: Queryable,
  { department }: Caller,
  ids: readonly string[],
): Promise<Map<string, ApplicationRecord>> {
  const rows = await queryable.query(`select a.* from applications a where a.id = any($3) and ${VISIBLE}`, [
    department.code,
    oversees(department),
    ids,
  ]);
  return new Map(rows.map(applicationOf).map((one) => [one.id, one]));
}

/** The parts of applications that the caller may see, by application: a provider sees its own, not what others are asked. */
export async function readPartsOf(
  queryable: Queryable,
  { department }: Caller,
  applications: readonly string[],
): Promise<Map<string, Part[]>> {
  const rows = await queryable.query(
    `select ${PART_COLUMNS} from application_parts p join applications a on a.id = p.application
     where p.application = any($1) order by p.id`,
    [applications],
  );
  const visible = rows.map(partOf).filter((part) => isVisible(part, { department }));
  return groupBy(visible, ({ application }) => application);
}

export async function readPart(queryable: Queryable, caller: Caller, id: string): Promise<Part> {
  const part = (await readParts(queryable, caller, [id])).get(id);
  if (!part) throw notFound(WHAT, id);
  return part;
}

/** Several parts by their ids, without those that the caller may not see. */
export async function readParts(
  queryable: Queryable,
  { department }: Caller,
  ids: readonly string[],
): Promise<Map<string, Part>> {
  const rows = await queryable.query(
    `select ${PART_COLUMNS} from application_parts p join applications a on a.id = p.application where p.id = any($1)`,
    [ids],
  );
  const visible = rows.map(partOf).filter((part) => isVisible(part, { department }));
  return new Map(visible.map((part) => [part.id, part]));
}

export interface ApplicationsAsked extends PageInput {
  readonly as?: 'APPLICANT' | 'PROVIDER' | null;
  readonly state?: State | null;
  readonly overdue?: boolean | null;
}

export async function listApplications(
  queryable: Queryable,
  { department }: Caller,
  asked: ApplicationsAsked,
): Promise<Connection<ApplicationRecord>> {
  const page = readPage(asked);
  const rows = await queryable.query(
    `select a.* from applications a where ${VISIBLE}
       and ($3::text is null or a.id < $3)
       and ($4::text is distinct from 'APPLICANT' or a.applicant = $1)
       and exists (select 1 from application_parts p where p.application = a.id
         and (a.applicant = $1 or $2 or p.provider = $1)
         and ($4::text is distinct from 'PROVIDER' or (p.provider = $1 and a.submitted_at is not null))
         and ($5::text is null or p.state = $5)
         and ($6::boolean is null or (p.due is not null and p.overdue) = $6))
     order by a.id desc limit $7`,
    [
      department.code,
      oversees(department),
      page.after,
      asked.as ?? null,
      asked.state ?? null,
      asked.overdue ?? null,
      page.limit + 1,
    ],
  );
  return connectionOf(rows, page, applicationOf);
}

/** What has happened to parts, from their first move on. */
export async function readHistories(
  queryable: Queryable,
  parts: readonly string[],
): Promise<Map<string, Row[]>> {
  const rows = await queryable.query(
    `select part, at, move, from_state as "from", to_state as "to", department as "providerCode", operator, reason
     from application_history where part = any($1) order by number`,
    [parts],
  );
  return groupBy(rows, ({ part }) => String(part));
}
