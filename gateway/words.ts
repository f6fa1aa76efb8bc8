/**
 * The vocabulary of Liancha: the words that every other module shares. One thing, one name.
 * Terms in Chinese are those of 国发〔2016〕51号 (the Interim Measures), cited as "Measures".
 */

import type { Role } from './roles.ts';

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** 18-character unified social credit code of a department (部门), GB 32100. */
export type DepartmentCode = Branded<string, 'DepartmentCode'>;
/** GraphQL schema coordinate: `Person.name`, `Query.person(idNumber:)`, `PersonFilter.phone`, `Gender.MALE`. */
export type Coordinate = Branded<string, 'Coordinate'>;
/** Identifier of a grant (授权). */
export type GrantId = Branded<string, 'GrantId'>;
/** Identifier of one disclosure (披露记录); also the receipt's id. */
export type DisclosureId = Branded<string, 'DisclosureId'>;

/** Sharing class (共享类型), Measures Art. 9. */
export const SHARING_CLASSES = ['UNCONDITIONAL', 'CONDITIONAL', 'WITHHELD'] as const;
export type SharingClass = (typeof SHARING_CLASSES)[number];

/** What shared data may be used for (用途), Measures Art. 12 ¶2. */
export const USES = [
  'ADMINISTRATIVE_BASIS',
  'WORK_REFERENCE',
  'DATA_VERIFICATION',
  'BUSINESS_COLLABORATION',
] as const;
export type Use = (typeof USES)[number];

/** The two separate networks of the platform (内网/外网), Measures Art. 11. */
export const ZONES = ['INTRANET', 'EXTRANET'] as const;
export type Zone = (typeof ZONES)[number];

/** Levels of the platform (共享平台), Measures Art. 4. */
export const LEVELS = ['NATIONAL', 'PROVINCE', 'CITY', 'COUNTY'] as const;
export type Level = (typeof LEVELS)[number];

/** How a value is masked (脱敏). What each rule does is in `policy/mask`. */
export const MASK_RULES = [
  'NAME',
  'ID_NUMBER',
  'PHONE',
  'ADDRESS',
  'BANK_CARD',
  'YEAR',
  'PSEUDONYM',
  'REDACT',
] as const;
export type MaskRule = (typeof MASK_RULES)[number];

/** Who asks: a department through one of its operators (经办人). */
export interface Principal {
  readonly department: DepartmentCode;
  readonly departmentName: string;
  /** As they stand when the request comes. */
  readonly roles: readonly Role[];
  readonly operator: string;
  readonly zone: Zone;
}

/** What for: a use and the matter (事项/办件号) under way. */
export interface Purpose {
  readonly use: Use;
  readonly matter: string;
}

/** How a scope condition compares a record's value with its own. Closed: what cannot be evaluated cannot be signed. */
export const SCOPE_OPERATORS = ['EQUALS', 'IN', 'STARTS_WITH', 'AT_LEAST', 'AT_MOST'] as const;
export type ScopeOperator = (typeof SCOPE_OPERATORS)[number];
export type ScopeValue = string | number | boolean;

/** A condition on a field of the record that carries the granted item: `Person.residenceRegion` begins with `4301`. */
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

/** One grant by which a record may pass: where its scope holds, masked or in clear. An empty scope always holds. */
export interface ScopedGrant {
  readonly grant: GrantId;
  readonly scope: readonly ScopeCondition[];
  readonly mask: MaskRule | null;
}

/** What one may do with a value: be given it, or only learn whether it matches the one that one holds (数据校核). */
export type Action = 'disclose' | 'verify';

/** What policy says of one coordinate. `policies` names the policies that determined it. */
export type Decision =
  | { readonly effect: 'ALLOW'; readonly policies: readonly string[]; readonly grants: readonly GrantId[] }
  | {
      readonly effect: 'MASK';
      readonly mask: MaskRule;
      readonly policies: readonly string[];
      readonly grants: readonly GrantId[];
    }
  | {
      /** A record passes where the scope of any of `alternatives` holds. */
      readonly effect: 'SCOPE';
      readonly alternatives: readonly ScopedGrant[];
      readonly policies: readonly string[];
      readonly grants: readonly GrantId[];
    }
  | { readonly effect: 'DENY'; readonly code: DenialCode; readonly policies: readonly string[] };

/** Why a coordinate is denied; a subset of the error codes in `errors.ts`. */
export type DenialCode =
  | 'PURPOSE_NOT_ALLOWED'
  | 'GRANT_REQUIRED'
  | 'GRANT_EXPIRED'
  | 'OUT_OF_SCOPE'
  | 'QUOTA_EXCEEDED'
  | 'WITHHELD'
  | 'ZONE_MISMATCH';
