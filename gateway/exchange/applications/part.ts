import { z } from 'zod';
import type { Queryable, Row } from '../../store/index.ts';
import type { Due } from '../clock/index.ts';
import { Refused } from '../refused.ts';
import { type Content, storedContent } from './content.ts';
import type { PartClass } from './items.ts';
import { STATES, type State } from './procedure.ts';

/** What an application asks of one provider, and how it stands. */
export interface Part {
  readonly id: string;
  readonly application: string;
  readonly version: number;
  readonly applicant: string;
  readonly provider: string;
  readonly class: PartClass;
  readonly items: readonly string[];
  readonly state: State;
  /** Null for a draft. */
  readonly submittedAt: Date | null;
  readonly ruleSet: string | null;
  /** The provider's clock, while it runs. */
  readonly due: Due | null;
  readonly isOverdue: boolean;
  readonly answeredAt: Date | null;
  readonly answeredInTime: boolean | null;
  readonly grant: string | null;
  readonly splitFrom: string | null;
  /** What was asked for as a whole. */
  readonly content: Content;
}

const Stored = z.object({
  id: z.string(),
  application: z.string(),
  version: z.number(),
  applicant: z.string(),
  provider: z.string(),
  class: z.enum(['CONDITIONAL', 'WITHHELD']),
  items: z.array(z.string()),
  state: z.enum(STATES),
  submitted_at: z.date().nullable(),
  rule_set: z.string().nullable(),
  due: z.string().nullable(),
  due_assumed: z.boolean(),
  overdue: z.boolean(),
  answered_at: z.date().nullable(),
  answered_in_time: z.boolean().nullable(),
  grant_id: z.string().nullable(),
  split_from: z.string().nullable(),
  content: z.unknown(),
});

/** Columns of a part with what it shares with the others of its application. */
export const PART_COLUMNS = `p.id, p.application, p.version, a.applicant, p.provider, p.class, p.items, p.state, a.submitted_at,
  p.rule_set, p.due, p.due_assumed, p.overdue, p.answered_at, p.answered_in_time, p.grant_id, p.split_from, a.content`;

export function partOf(row: Row): Part {
  const stored = Stored.parse(row);
  const { submitted_at, rule_set, due, due_assumed, overdue, answered_at, answered_in_time, ...rest } =
    stored;
  const { grant_id, split_from, content, ...same } = rest;
  return {
    ...same,
    submittedAt: submitted_at,
    ruleSet: rule_set,
    due: due === null ? null : { due, assumed: due_assumed },
    isOverdue: due !== null && overdue,
    answeredAt: answered_at,
    answeredInTime: answered_in_time,
    grant: grant_id,
    splitFrom: split_from,
    content: storedContent(content),
  };
}

/** Reads a part and keeps everybody else from moving it until the transaction ends; undefined when there is none. */
export async function lockPart(transaction: Queryable, id: string): Promise<Part | undefined> {
  const [row] = await transaction.query(
    `select ${PART_COLUMNS} from application_parts p join applications a on a.id = p.application
     where p.id = $1 for update of p`,
    [id],
  );
  return row && partOf(row);
}

export const WHAT = '申请 application';

export function conflict(id: string, version: number): Refused {
  return new Refused('CONFLICT', { what: WHAT, id, version });
}
