import { z } from 'zod';
import { SCOPE_OPERATORS, type ScopeCondition, ScopeConditionEntry } from '../../policy/index.ts';
import { USES, type Use } from '../../words.ts';
import { instantOf } from '../clock/index.ts';
import { badInput } from '../refused.ts';

const LONGEST = 2_000;
const text = (most = LONGEST) => z.string().trim().min(1).max(most);

/** An instant with its offset, or a day in China: its beginning, or its end where a time ends. */
const instant = (edge: 'START' | 'END') =>
  z.string().transform((given, context) => {
    const at = instantOf(given, edge);
    if (at !== null) return at;
    context.addIssue(`${given}: 应为 YYYY-MM-DD 或带时区的时刻 must be a day or an instant with its offset`);
    return z.NEVER;
  });

/** A condition on the row as it is given: values as texts, read by the field's type. */
export const GivenCondition = z.strictObject({
  coordinate: z.string().max(200).nullish(),
  operator: z.enum(SCOPE_OPERATORS).nullish(),
  values: z.array(z.string().max(200)).min(1).max(1_000).nullish(),
  subjectsOf: z.literal('MATTER').nullish(),
});
export type GivenCondition = z.infer<typeof GivenCondition>;

const Content = z.strictObject({
  items: z.array(z.string().max(200)).min(1).max(200),
  uses: z.array(z.enum(USES)).min(1),
  duties: text(),
  legalBasis: text(),
  expectedPerDay: z.number().int().min(1).max(10_000_000),
  from: instant('START').nullish(),
  until: instant('END'),
  scope: z.array(GivenCondition).max(20).nullish(),
  contact: text(200).nullish(),
  note: text().nullish(),
});

/** What an application asks for, as it was asked. Instants in milliseconds since the epoch. */
export interface Content {
  /** Schema coordinates: `Person.maritalStatus`. */
  readonly items: readonly string[];
  readonly uses: readonly Use[];
  /** For which duties (履职需要), on which legal basis. */
  readonly duties: string;
  readonly legalBasis: string;
  /** Records a day that are expected to be given. */
  readonly expectedPerDay: number;
  /** Null: from the answer on. */
  readonly from: number | null;
  readonly until: number;
  readonly scope: readonly ScopeCondition[];
  readonly contact: string | null;
  readonly note: string | null;
}

/** What a caller asks for, its scope as it was given. */
export type GivenContent = Omit<Content, 'scope'> & { readonly scope: readonly GivenCondition[] };

/** Reads what a caller asks for; refuses with everything that is wrong in it. */
export function readContent(input: unknown, now: number): GivenContent {
  const parsed = Content.safeParse(input);
  if (!parsed.success) throw badInput(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const { from = null, scope, contact = null, note = null, uses, ...rest } = parsed.data;
  if (rest.until <= Math.max(from ?? now, now))
    throw badInput('until: 须晚于现在和 from must be after now and after from');
  return { ...rest, uses: [...new Set(uses)], from, scope: scope ?? [], contact, note };
}

const StoredContent = z.object({
  items: z.array(z.string()),
  uses: z.array(z.enum(USES)),
  duties: z.string(),
  legalBasis: z.string(),
  expectedPerDay: z.number(),
  from: z.number().nullable(),
  until: z.number(),
  scope: z.array(ScopeConditionEntry),
  contact: z.string().nullable(),
  note: z.string().nullable(),
});

/** The content of an application as the database keeps it. */
export function storedContent(value: unknown): Content {
  return StoredContent.parse(value);
}
