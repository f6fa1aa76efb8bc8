import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { LEVELS, type Level } from '../../words.ts';
import { type Day, isDay } from './calendar.ts';

const day = z.string().refine(isDay, 'not a date (YYYY-MM-DD)');
const count = z.number().int().positive();

const Values = z.strictObject({
  /** The provider's answer to an application. */
  answerWorkingDays: count,
  /** Catalogue update after a change of law or duties. */
  catalogueUpdateWorkingDays: count,
  /** The provider's check of an objection; null where the regulation says only "in time". */
  objectionWorkingDays: count.nullable(),
  /** Month and day by which the report on the year before is due. `02-29` means the last day of February. */
  yearlyReportBy: z.string().regex(/^\d{2}-\d{2}$/),
  refusalStatesReason: z.boolean(),
  /** Whom a refused consumer can turn to, in order. */
  escalation: z.array(z.enum(['NEGOTIATION', 'COORDINATION', 'JOINT_CONFERENCE'])).min(1),
});

const RuleSetFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  title: z.strictObject({ zh: z.string(), en: z.string() }),
  /** Where the values stand, article by article. */
  source: z.string().min(1),
  levels: z.array(z.enum(LEVELS)).min(1),
  effective: day,
  /** The rule set whose values stand where this one says nothing. */
  inherits: z.string().optional(),
  values: Values.partial(),
});

/** The deadlines and lists of one regulation, from its date of effect on. */
export interface RuleSet extends z.infer<typeof Values> {
  readonly name: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly source: string;
  readonly levels: readonly Level[];
  readonly effective: Day;
}

/** Reads the rule sets of a folder. Throws one error that names the file and what is wrong in it. */
export function readRuleSets(folder: string): RuleSet[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => {
      const parsed = RuleSetFile.safeParse(parse(readFileSync(join(folder, name), 'utf8')));
      if (!parsed.success) throw new Error(`规则集有误 ${name}:\n${z.prettifyError(parsed.error)}`);
      return parsed.data;
    });
  const valuesOf = (name: string, above: readonly string[]): Readonly<Record<string, unknown>> => {
    const file = files.find((one) => one.name === name);
    if (!file || above.includes(name)) throw new Error(`规则集 rule set ${above.at(-1)}: inherits ${name}`);
    return { ...(file.inherits && valuesOf(file.inherits, [...above, name])), ...file.values };
  };
  return files.map(({ values: _, inherits: __, ...file }) => {
    const values = Values.safeParse(valuesOf(file.name, []));
    if (!values.success) throw new Error(`规则集有误 ${file.name}:\n${z.prettifyError(values.error)}`);
    return { ...file, ...values.data };
  });
}

/** The rule set in force on a day at a level: the one that took effect last. Null before the first. */
export function ruleSetOn(sets: readonly RuleSet[], submitted: Day, level: Level): RuleSet | null {
  const inForce = sets.filter((one) => one.levels.includes(level) && one.effective <= submitted);
  return inForce.reduce<RuleSet | null>(
    (latest, one) => (latest === null || one.effective > latest.effective ? one : latest),
    null,
  );
}
