import { z } from 'zod';
import type { Coordinate } from '../../words.ts';

/** How a condition compares a record's value with its own. Closed: what the gateway cannot evaluate cannot be signed. */
export const SCOPE_OPERATORS = ['EQUALS', 'IN', 'STARTS_WITH', 'AT_LEAST', 'AT_MOST'] as const;
export type ScopeOperator = (typeof SCOPE_OPERATORS)[number];
export type ScopeValue = string | number | boolean;

/** A condition on a field of the record that carries the granted item, for example `Person.residenceRegion` begins with `4301`. */
export interface RowCondition {
  readonly coordinate: Coordinate;
  readonly operator: ScopeOperator;
  readonly values: readonly ScopeValue[];
}

/** Only records of subjects that are registered for the matter that the query states (在办事项的当事人). */
export interface MatterCondition {
  readonly subjectsOf: 'MATTER';
}

/** One condition of a grant's scope (范围). A record is in scope when all conditions of the grant hold. */
export type ScopeCondition = RowCondition | MatterCondition;

export function isRowCondition(condition: ScopeCondition): condition is RowCondition {
  return 'coordinate' in condition;
}

const FIELD = /^[A-Za-z]\w*\.[a-z]\w*$/;
const VALUES_LIMIT = 1_000;

const RowEntry = z
  .strictObject({
    coordinate: z
      .string()
      .regex(FIELD)
      .transform((text) => text as Coordinate),
    operator: z.enum(SCOPE_OPERATORS),
    values: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1)
      .max(VALUES_LIMIT),
  })
  .refine(
    ({ operator, values }) => operator === 'IN' || operator === 'STARTS_WITH' || values.length === 1,
    'EQUALS, AT_LEAST and AT_MOST take one value',
  )
  .refine(
    ({ operator, values }) =>
      operator !== 'STARTS_WITH' || values.every((one) => typeof one === 'string' && one !== ''),
    'STARTS_WITH takes texts that are not empty', // Everything begins with an empty text.
  );

/** One condition as grants files and stored grants have it. */
export const ScopeConditionEntry: z.ZodType<ScopeCondition> = z.union([
  RowEntry,
  z.strictObject({ subjectsOf: z.literal('MATTER') }),
]);
