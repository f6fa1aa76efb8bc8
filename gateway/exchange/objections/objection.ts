import { z } from 'zod';
import type { Queryable, Row } from '../../store/index.ts';
import { STATES, type State } from './moves.ts';

/** A consumer's doubt about a datum (疑义). */
export interface Objection {
  readonly id: string;
  readonly consumer: string;
  readonly provider: string;
  readonly coordinate: string;
  readonly disclosure: string;
  readonly subjectSealed: string | null;
  readonly reason: string;
  readonly state: State;
  readonly ruleSet: string;
  readonly due: string | null;
  readonly assumed: boolean;
  readonly version: number;
  readonly raisedAt: Date;
  readonly closedAt: Date | null;
}

const Stored = z.object({
  id: z.string(),
  consumer: z.string(),
  provider: z.string(),
  coordinate: z.string(),
  disclosure: z.string(),
  subject_sealed: z.string().nullable(),
  reason: z.string(),
  state: z.enum(STATES),
  rule_set: z.string(),
  due: z.string().nullable(),
  assumed: z.boolean(),
  version: z.number(),
  raised_at: z.date(),
  closed_at: z.date().nullable(),
});

export function objectionOf(row: Row): Objection {
  const { subject_sealed, rule_set, raised_at, closed_at, ...same } = Stored.parse(row);
  return {
    ...same,
    subjectSealed: subject_sealed,
    ruleSet: rule_set,
    raisedAt: raised_at,
    closedAt: closed_at,
  };
}

export async function readObjection(
  database: Queryable,
  id: string,
  lock: '' | 'for update' = '',
): Promise<Objection | null> {
  const [row] = await database.query(`select * from objections where id = $1 ${lock}`, [id]);
  return row ? objectionOf(row) : null;
}
