import { z } from 'zod';
import { type Coordinate, SCOPE_OPERATORS, type ScopeCondition } from '../../words.ts';

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
