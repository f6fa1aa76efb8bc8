import { z } from 'zod';
import { type ScopeCondition, ScopeConditionEntry } from '../../policy/index.ts';
import type { Queryable, Row } from '../../store/index.ts';
import { MASK_RULES, type MaskRule, USES, type Use } from '../../words.ts';
import type { GrantState } from './procedure.ts';

/** A grant (授权) as the exchange shows it. One that comes from the operator's file has no application. */
export interface GrantRecord {
  readonly id: string;
  readonly version: number;
  readonly part: string | null;
  readonly holder: string;
  /** Null for one of the file, which may cover items of several providers. */
  readonly provider: string | null;
  readonly coordinates: readonly string[];
  readonly uses: readonly Use[];
  readonly scope: readonly ScopeCondition[];
  readonly masks: Readonly<Record<string, MaskRule>>;
  readonly quotaPerDay: number | null;
  readonly contact: string | null;
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly status: Exclude<GrantState, 'EXPIRED'>;
  readonly grantedAt: Date | null;
}

const Stored = z.object({
  id: z.string(),
  version: z.number(),
  part: z.string(),
  holder: z.string(),
  provider: z.string(),
  coordinates: z.array(z.string()),
  uses: z.array(z.enum(USES)),
  scope: z.array(ScopeConditionEntry),
  masks: z.record(z.string(), z.enum(MASK_RULES)),
  quota_per_day: z.number().nullable(),
  contact: z.string().nullable(),
  valid_from: z.date(),
  valid_until: z.date(),
  status: z.enum(['ACTIVE', 'SUSPENDED', 'REVOKED', 'RETURNED']),
  granted_at: z.date(),
});

export function grantOf(row: Row): GrantRecord {
  const { quota_per_day, valid_from, valid_until, granted_at, ...same } = Stored.parse(row);
  return {
    ...same,
    quotaPerDay: quota_per_day,
    validFrom: valid_from,
    validUntil: valid_until,
    grantedAt: granted_at,
  };
}

export async function readGrant(queryable: Queryable, id: string): Promise<GrantRecord | undefined> {
  const [row] = await queryable.query('select * from grants where id = $1', [id]);
  return row && grantOf(row);
}

/** Several grants by their ids. */
export async function readGrants(
  queryable: Queryable,
  ids: readonly string[],
): Promise<Map<string, GrantRecord>> {
  const rows = await queryable.query('select * from grants where id = any($1)', [ids]);
  return new Map(rows.map(grantOf).map((one) => [one.id, one]));
}

/** Ended by hand or by the clock, or as it was left. */
export function stateOf(grant: GrantRecord, now: number): GrantState {
  const isOpen = grant.status === 'ACTIVE' || grant.status === 'SUSPENDED';
  return isOpen && now >= grant.validUntil.getTime() ? 'EXPIRED' : grant.status;
}
