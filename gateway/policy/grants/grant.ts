import { z } from 'zod';
import {
  type DepartmentCode,
  type GrantId,
  MASK_RULES,
  type MaskRule,
  type ScopeCondition,
  USES,
  type Use,
} from '../../words.ts';
import { ScopeConditionEntry } from './scope.ts';

/** The right that an approval gives (授权), Measures Art. 12. */
export interface Grant {
  readonly id: GrantId;
  readonly department: DepartmentCode;
  /** `Person.phone`, or `Property.*` for every item of a type. */
  readonly coordinates: readonly string[];
  readonly uses: readonly Use[];
  /** Milliseconds since the epoch; valid from the first, no longer valid at the second. */
  readonly validFrom: number;
  readonly validUntil: number;
  /** Which records: all conditions must hold. Empty: every record. */
  readonly scope: readonly ScopeCondition[];
  /** Masks by coordinate, for items that this grant gives only masked, whatever the provider's rule says. */
  readonly masks: ReadonlyMap<string, MaskRule>;
  /** How many records a day (UTC+8) may disclose by this grant; null: no limit of its own. */
  readonly quotaPerDay: number | null;
  /** Whom to ask about the grant. */
  readonly contact: string | null;
}

/** Where grants come from. `current` is cheap and gives the same array until something changes. */
export interface GrantSource {
  current(): readonly Grant[];
  onChange(listener: () => void): () => void;
  close(): void;
}

const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const CoordinatePattern = z.string().regex(/^[A-Za-z]\w*\.(\*|[a-z]\w*)$/);

const GrantEntry = z
  .strictObject({
    id: z.string().regex(/^G-\d{4}-\d{4}$/),
    department: z.string().length(18),
    coordinates: z.array(CoordinatePattern).min(1),
    uses: z.array(z.enum(USES)).min(1),
    validFrom: Instant,
    validUntil: Instant,
    scope: z.array(ScopeConditionEntry).default([]),
    masks: z.record(CoordinatePattern, z.enum(MASK_RULES)).default({}),
    quotaPerDay: z.number().int().positive().nullable().default(null),
    contact: z.string().min(1).nullable().default(null),
    note: z.string().optional(),
  })
  .refine((one) => one.validFrom < one.validUntil, 'validFrom must be before validUntil');

const GrantFile = z.strictObject({ grants: z.array(GrantEntry) });

/** Parses the content of a grants file. Throws one error that names everything that is wrong. */
export function parseGrants(content: unknown, isDepartment: (code: string) => boolean): Grant[] {
  const hidden = hiddenKey(content);
  if (hidden) throw new Error(`${hidden}: is no key that a file may have`);
  const parsed = GrantFile.safeParse(content);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const ids = new Set<string>();
  return parsed.data.grants.map((one) => {
    if (!isDepartment(one.department))
      throw new Error(`${one.id}: no department has the code ${one.department}`);
    if (ids.has(one.id)) throw new Error(`${one.id}: the id is used twice`);
    ids.add(one.id);
    const { note: _, ...grant } = one;
    return {
      ...grant,
      id: grant.id as GrantId,
      department: grant.department as DepartmentCode,
      masks: new Map(Object.entries(grant.masks)),
    };
  });
}

/** A key that would be left out in silence where it is copied, anywhere in a file: what it says (a mask, a scope) would not hold. */
function hiddenKey(content: unknown): string | null {
  if (content === null || typeof content !== 'object') return null;
  if (Object.hasOwn(content, '__proto__')) return '__proto__';
  for (const one of Object.values(content)) {
    const found = hiddenKey(one);
    if (found) return found;
  }
  return null;
}

/** Is a grant in force at an instant? */
export function isInForce(grant: Grant, now: number): boolean {
  return grant.validFrom <= now && now < grant.validUntil;
}

/**
 * Does a department hold a grant for every record of a coordinate, in clear, at an instant, for whatever use? This is what
 * a provider needs that computes from another's items: the values reach it before the gateway could look at scope or mask.
 */
export function isGranted(
  grants: readonly Grant[],
  department: string,
  coordinate: string,
  now: number,
): boolean {
  return grants.some(
    (one) =>
      one.department === department &&
      isInForce(one, now) &&
      covers(one, coordinate) &&
      one.scope.length === 0 &&
      maskOf(one, coordinate) === null,
  );
}

/** Codes of the departments that hold something of a grant in force for any of the coordinates. */
export function holdersOf(grants: readonly Grant[], coordinates: readonly string[], now: number): string[] {
  const holding = grants.filter(
    (one) => isInForce(one, now) && coordinates.some((name) => covers(one, name)),
  );
  return [...new Set(holding.map(({ department }) => department))];
}

/** Does a grant speak of a coordinate? Arguments are covered by the items that they test. */
export function covers(grant: Grant, coordinate: string): boolean {
  const type = coordinate.slice(0, coordinate.indexOf('.'));
  return grant.coordinates.some((one) => one === coordinate || one === `${type}.*`);
}

/** The mask under which a grant gives an item; null when in clear. */
export function maskOf(grant: Grant, coordinate: string): MaskRule | null {
  const type = coordinate.slice(0, coordinate.indexOf('.'));
  return grant.masks.get(coordinate) ?? grant.masks.get(`${type}.*`) ?? null;
}
