import type { Queryable } from '../../store/index.ts';
import type { Use } from '../../words.ts';
import { type Due, dayOf, dueAfter } from '../clock/index.ts';
import { scheduleJob } from '../jobs/index.ts';
import type { Caller } from '../module.ts';
import { badInput, notFound, Refused } from '../refused.ts';
import { EXPIRE } from './clocks.ts';
import { type Content, readContent } from './content.ts';
import { askedParts, itemOf, type Published, usesOf } from './items.ts';
import { movePart } from './move.ts';
import { conflict, WHAT } from './part.ts';
import { type MoveParts, rulesOf } from './rules.ts';
import { checkLimits, readScope } from './scope.ts';

export type DraftParts = MoveParts & Published;

/** Saves a draft, new or (with its id and version) over the one before. Only its applicant sees it. Returns its id. */
export async function saveDraft(
  parts: DraftParts,
  transaction: Queryable,
  caller: Caller,
  saved: { readonly id?: string | null; readonly version?: number | null; readonly input: unknown },
): Promise<string> {
  const given = readContent(saved.input, parts.now());
  const asked = askedParts(parts, given.items, given.uses);
  const items = asked.flatMap((one) => one.items);
  const content: Content = { ...given, items, scope: readScope(parts, given.scope) };
  checkLimits(parts, { coordinates: items, scope: content.scope, masks: new Map() }, null);
  const id = saved.id
    ? await replaceDraft(transaction, caller, saved.id, saved.version, content)
    : parts.nextId();
  if (!saved.id)
    await transaction.query(
      'insert into applications (id, applicant, created_at, created_by, until, content) values ($1, $2, $3, $4, $5, $6)',
      [
        id,
        caller.principal.department,
        new Date(parts.now()),
        caller.principal.operator,
        new Date(content.until),
        JSON.stringify(content),
      ],
    );
  for (const part of asked)
    await transaction.query(
      "insert into application_parts (id, application, provider, class, items, state) values ($1, $2, $3, $4, $5, 'DRAFT')",
      [parts.nextId(), id, part.provider, part.class, part.items],
    );
  return id;
}

/** What a draft asked before leaves no trace: nobody else has seen it, and nobody has moved it. */
async function replaceDraft(
  transaction: Queryable,
  caller: Caller,
  id: string,
  version: number | null | undefined,
  content: Content,
): Promise<string> {
  await lockDraft(transaction, caller, id, version);
  await transaction.query('delete from application_parts where application = $1', [id]);
  await transaction.query(
    'update applications set version = version + 1, until = $2, content = $3 where id = $1',
    [id, new Date(content.until), JSON.stringify(content)],
  );
  return id;
}

async function lockDraft(
  transaction: Queryable,
  caller: Caller,
  id: string,
  version: number | null | undefined,
): Promise<void> {
  const [row] = await transaction.query(
    `select a.version, a.submitted_at, exists (
       select 1 from application_parts p where p.application = a.id and p.state <> 'DRAFT') as moved
     from applications a where a.id = $1 and a.applicant = $2 for update`,
    [id, caller.principal.department],
  );
  if (!row) throw notFound(WHAT, id);
  if (row.version !== version) throw conflict(id, Number(row.version));
  if (row.submitted_at !== null || row.moved === true)
    throw new Refused('ILLEGAL_MOVE', {
      what: WHAT,
      id,
      state: '已提交 submitted',
      move: '修改、提交 change, submit',
      allowed: '—',
    });
}

/**
 * Submits a draft: its conditional items to their providers, whose clocks start; its withheld items to negotiation (Measures Art. 12 ¶1).
 * What has become something else since it was drafted is refused: it has to be drafted again.
 */
export async function submitDraft(
  parts: DraftParts,
  transaction: Queryable,
  caller: Caller,
  { id, version }: { readonly id: string; readonly version: number },
): Promise<string> {
  await lockDraft(transaction, caller, id, version);
  const rows = await transaction.query(
    `select p.id, p.provider, p.class, p.items, a.until, a.content->'uses' as uses
     from application_parts p join applications a on a.id = p.application where p.application = $1 order by p.id`,
    [id],
  );
  if (rows.some(({ until }) => until instanceof Date && until.getTime() <= parts.now()))
    throw badInput('until: 所申请的期限已过 the time that is asked for is over');
  const actor = { department: caller.department, operator: caller.principal.operator };
  await transaction.query('update applications set version = version + 1, submitted_at = $2 where id = $1', [
    id,
    new Date(parts.now()),
  ]);
  for (const row of rows) {
    const [now, more] = askedParts(parts, row.items as string[], row.uses as Use[]);
    if (more || now?.provider !== row.provider || now?.class !== row.class)
      throw badInput(
        `${(row.items as string[]).join(', ')}: 共享类型或提供部门已变，请重新填写 class or provider has changed: draft again`,
      );
    const move = row.class === 'CONDITIONAL' ? 'SUBMIT' : 'NEGOTIATE';
    await movePart(parts, transaction, { part: String(row.id), move, actor });
    await scheduleExpiry(transaction, String(row.id), row.until);
  }
  return id;
}

async function scheduleExpiry(transaction: Queryable, part: string, until: unknown): Promise<void> {
  if (!(until instanceof Date)) throw new Error('an application without an end');
  await scheduleJob(transaction, { kind: EXPIRE, key: part, payload: part, runAt: until.getTime() });
}

/** A draft that is not saved yet: what can be filled in for an application, of coordinates and a use. */
export interface Prefilled {
  readonly items: readonly PrefilledItem[];
  readonly uses: readonly Use[];
  readonly until: string;
  /** When the providers would have to answer, if it were submitted today. */
  readonly due: Due;
  readonly ruleSet: string;
}

interface PrefilledItem {
  readonly coordinate: string;
  readonly name: string | null;
  readonly class: string;
  readonly provider: string;
  readonly condition: string | null;
  readonly allowedUses: readonly Use[];
}

/** Half a year is asked for by default. */
const USUAL_MS = 182 * 86_400_000;

/**
 * What is needed for coordinates that were denied: arguments stand for the items that they test, computed items for those that they are
 * computed from, and what is unconditional needs nothing.
 */
export function prefill(parts: DraftParts, coordinates: readonly string[], use: Use | null): Prefilled {
  const needed = new Map<string, PrefilledItem>();
  for (const coordinate of coordinates.slice(0, 200)) {
    const given = itemOf(parts, coordinate);
    for (const rule of [given, ...given.requires.map((one) => itemOf(parts, one))]) {
      if (rule.class === 'UNCONDITIONAL') continue;
      needed.set(rule.coordinate, {
        coordinate: rule.coordinate,
        name: rule.item ?? null,
        class: rule.class,
        provider: rule.provider.code,
        condition: rule.condition ?? rule.basis ?? null,
        allowedUses: usesOf(rule),
      });
    }
  }
  const rules = rulesOf(parts, { ruleSet: null });
  return {
    items: [...needed.values()],
    uses: use === null ? [] : [use],
    until: dayOf(parts.now() + USUAL_MS),
    due: dueAfter(parts.calendar, dayOf(parts.now()), rules.answerWorkingDays),
    ruleSet: rules.name,
  };
}
