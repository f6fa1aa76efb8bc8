import { z } from 'zod';
import type { ScopeCondition } from '../../policy/index.ts';
import type { Queryable } from '../../store/index.ts';
import { MASK_RULES, type MaskRule, USES, type Use } from '../../words.ts';
import { instantOf } from '../clock/index.ts';
import { cancelJob, scheduleJob } from '../jobs/index.ts';
import { badInput, notFound } from '../refused.ts';
import { BEGIN, END, EXPIRE } from './clocks.ts';
import { GivenCondition } from './content.ts';
import type { DraftParts } from './draft.ts';
import { admitMove, movePart, recordMove } from './move.ts';
import { lockPart, type Part, WHAT } from './part.ts';
import { type Actor, isVisible } from './parties.ts';
import { checkLimits, readScope } from './scope.ts';
import { tellOfGrant } from './tell.ts';

/** What an approval allows: what was asked for, or less. Left out: as it was asked for. */
const Terms = z.strictObject({
  items: z.array(z.string()).min(1).nullish(),
  uses: z.array(z.enum(USES)).min(1).nullish(),
  /** Conditions beside those that were asked for. */
  scope: z.array(GivenCondition).max(20).nullish(),
  masks: z.array(z.strictObject({ coordinate: z.string(), rule: z.enum(MASK_RULES) })).nullish(),
  quotaPerDay: z.number().int().min(1).max(10_000_000).nullish(),
  validFrom: z.string().nullish(),
  validUntil: z.string().nullish(),
  contact: z.string().trim().min(1).max(200).nullish(),
});

/** The terms of a grant, complete. Instants in milliseconds since the epoch. */
export interface GrantTerms {
  readonly items: readonly string[];
  readonly uses: readonly Use[];
  readonly scope: readonly ScopeCondition[];
  readonly masks: Readonly<Record<string, MaskRule>>;
  readonly quotaPerDay: number | null;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly contact: string | null;
}

/**
 * The terms of an approval, checked: nothing beyond what was asked for, by nobody but the items' provider, and only items that are
 * conditional now. A grant cannot open what is withheld (Measures Art. 10(1)): what was negotiated is published anew first.
 */
export function readTerms(parts: DraftParts, part: Part, input: unknown): GrantTerms {
  const parsed = Terms.safeParse(input ?? {});
  if (!parsed.success) throw badInput(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const { content } = part;
  const given = parsed.data;
  const now = parts.now();
  const items = [...new Set(given.items ?? part.items)];
  const uses = [...new Set(given.uses ?? content.uses)];
  const validFrom = readInstant('validFrom', given.validFrom, 'START') ?? Math.max(content.from ?? now, now);
  const validUntil = readInstant('validUntil', given.validUntil, 'END') ?? content.until;
  const beyond =
    items.find((one) => !part.items.includes(one)) ?? uses.find((one) => !content.uses.includes(one));
  if (beyond !== undefined) throw badInput(`${beyond}: 未申请 was not asked for`);
  if (validUntil > content.until || validUntil <= Math.max(validFrom, now))
    throw badInput(
      'validUntil: 须晚于现在和 validFrom，且不超过所申请的期限 must be after now and validFrom, and within what was asked for',
    );
  const masks = Object.fromEntries((given.masks ?? []).map(({ coordinate, rule }) => [coordinate, rule]));
  const scope = [...content.scope, ...readScope(parts, given.scope ?? [])];
  checkLimits(parts, { coordinates: items, scope, masks: new Map(Object.entries(masks)) }, part.provider);
  for (const item of items) checkOpen(parts, part, item);
  const contact = given.contact ?? content.contact;
  return {
    items,
    uses,
    scope,
    masks,
    quotaPerDay: given.quotaPerDay ?? null,
    validFrom,
    validUntil,
    contact,
  };
}

function readInstant(name: string, text: string | null | undefined, edge: 'START' | 'END'): number | null {
  if (text === null || text === undefined) return null;
  const at = instantOf(text, edge);
  if (at === null) throw badInput(`${name}: ${text.slice(0, 40)} 不是日期或时刻 is no day or instant`);
  return at;
}

function checkOpen(parts: DraftParts, part: Part, item: string): void {
  const rule = parts.index().rule(item);
  if (rule.class !== 'CONDITIONAL')
    throw badInput(
      `${item}: 现为 ${rule.class}，授权不能改变共享类型，请先改为有条件共享并重新发布 is ${rule.class}: a grant cannot change that; publish it as conditional first`,
    );
  if (rule.provider.code !== part.provider)
    throw badInput(`${item}: 已由${rule.provider.name}提供 is provided by another department now`);
}

/** Is everything granted that was asked for, unmasked and unlimited? */
function isFull(part: Part, terms: GrantTerms, now: number): boolean {
  const { content } = part;
  return (
    terms.items.length === part.items.length &&
    terms.uses.length === content.uses.length &&
    terms.scope.length === content.scope.length &&
    Object.keys(terms.masks).length === 0 &&
    (terms.quotaPerDay === null || terms.quotaPerDay >= content.expectedPerDay) &&
    terms.validFrom <= Math.max(content.from ?? now, now) &&
    terms.validUntil === content.until
  );
}

export interface Approval {
  readonly part: string;
  readonly version: number;
  readonly terms?: unknown;
  readonly reason?: string | null;
}

/**
 * The provider approves, in full or in part. The grant comes into being in the same transaction, so that what was approved and what is
 * enforced cannot differ. Items that are left out are refused, with the reason, as a part of their own that can be negotiated.
 */
export async function approvePart(
  parts: DraftParts,
  transaction: Queryable,
  actor: Exclude<Actor, 'PLATFORM'>,
  approval: Approval,
): Promise<string> {
  const part = await lockPart(transaction, approval.part);
  if (!part || !isVisible(part, actor)) throw notFound(WHAT, approval.part);
  admitMove(parts, part, { ...approval, move: 'APPROVE', actor }); // Before the terms: they are only for whom they are for.
  const terms = readTerms(parts, part, approval.terms);
  const move = isFull(part, terms, parts.now()) ? 'APPROVE' : 'APPROVE_IN_PART';
  await movePart(parts, transaction, { ...approval, move, actor });
  const grant = await insertGrant(parts, transaction, part, terms);
  await transaction.query('update application_parts set grant_id = $2, items = $3 where id = $1', [
    part.id,
    grant,
    terms.items,
  ]);
  await tellOfGrant(parts, transaction, 'GRANT_GIVEN', { id: grant, departments: [part.applicant] });
  await cancelJob(transaction, EXPIRE, part.id);
  const left = part.items.filter((one) => !terms.items.includes(one));
  if (left.length > 0) await splitRefused(parts, transaction, part, left, { ...approval, actor });
  if (terms.validFrom <= parts.now())
    await movePart(parts, transaction, { part: part.id, move: 'BEGIN', actor: 'PLATFORM' });
  else
    await scheduleJob(transaction, { kind: BEGIN, key: part.id, payload: part.id, runAt: terms.validFrom });
  await scheduleJob(transaction, { kind: END, key: part.id, payload: part.id, runAt: terms.validUntil });
  return part.id;
}

async function insertGrant(
  parts: DraftParts,
  transaction: Queryable,
  part: Part,
  terms: GrantTerms,
): Promise<string> {
  const id = parts.nextId();
  await transaction.query(
    `insert into grants (id, part, holder, provider, coordinates, uses, scope, masks, quota_per_day, contact,
       valid_from, valid_until, granted_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      id,
      part.id,
      part.applicant,
      part.provider,
      terms.items,
      terms.uses,
      JSON.stringify(terms.scope),
      JSON.stringify(terms.masks),
      terms.quotaPerDay,
      terms.contact,
      new Date(terms.validFrom),
      new Date(terms.validUntil),
      new Date(parts.now()),
    ],
  );
  return id;
}

async function splitRefused(
  parts: DraftParts,
  transaction: Queryable,
  part: Part,
  items: readonly string[],
  { actor, reason }: { readonly actor: Actor; readonly reason?: string | null },
): Promise<void> {
  const id = parts.nextId();
  await transaction.query(
    `insert into application_parts
       (id, application, provider, class, items, state, rule_set, answered_at, answered_in_time, split_from)
     select $2, application, provider, class, $3, 'REFUSED', rule_set, answered_at, answered_in_time, id
     from application_parts where id = $1`,
    [part.id, id, items],
  );
  const made = { part: id, move: 'REFUSE', actor, reason: reason ?? null } as const;
  await recordMove(parts, transaction, { ...made, from: part.state, to: 'REFUSED' });
  await scheduleJob(transaction, { kind: EXPIRE, key: id, payload: id, runAt: part.content.until });
}
