import { z } from 'zod';
import { ASPECTS } from '../../registry/index.ts';
import type { Queryable, Row } from '../../store/index.ts';
import { STATES, type State } from './procedure.ts';

const Changes = z.array(
  z.object({
    coordinate: z.string(),
    aspect: z.enum(ASPECTS),
    property: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
  }),
);

const Effects = z.object({
  operations: z.number(),
  departments: z.array(z.string()),
});

/** A department's consent (同意) to what another's publication changes of its coordinates: asked for, given or not. */
export interface Consent {
  readonly id: string;
  readonly requester: string;
  readonly owner: string;
  readonly subgraph: string;
  readonly sdlDigest: string;
  readonly changes: z.infer<typeof Changes>;
  readonly effect: z.infer<typeof Effects>;
  readonly reason: string | null;
  readonly state: State;
  readonly version: number;
  readonly requestedAt: Date;
  readonly closedAt: Date | null;
}

const Stored = z.object({
  id: z.string(),
  requester: z.string(),
  owner: z.string(),
  subgraph: z.string(),
  sdl_digest: z.string(),
  changes: Changes,
  effect: Effects,
  reason: z.string().nullable(),
  state: z.enum(STATES),
  version: z.number(),
  requested_at: z.date(),
  closed_at: z.date().nullable(),
});

export function consentOf(row: Row): Consent {
  const { sdl_digest, requested_at, closed_at, ...same } = Stored.parse(row);
  return { ...same, sdlDigest: sdl_digest, requestedAt: requested_at, closedAt: closed_at };
}

export async function readConsent(
  from: Queryable,
  id: string,
  lock: '' | 'for update' = '',
): Promise<Consent | null> {
  const [row] = await from.query(`select * from consents where id = $1 ${lock}`, [id]);
  return row ? consentOf(row) : null;
}

/** What an owner was asked about one subgraph, the latest first. */
export async function readConsents(
  from: Queryable,
  { requester, subgraph, owner }: { requester: string; subgraph: string; owner: string },
  lock: '' | 'for update' = '',
): Promise<Consent[]> {
  const rows = await from.query(
    `select * from consents where requester = $1 and subgraph = $2 and owner = $3 order by id desc ${lock}`,
    [requester, subgraph, owner],
  );
  return rows.map(consentOf);
}

export async function consentsOf(from: Queryable, ids: readonly string[]): Promise<Consent[]> {
  const consents = await Promise.all(ids.map((id) => readConsent(from, id)));
  return consents.filter((one) => one !== null);
}
