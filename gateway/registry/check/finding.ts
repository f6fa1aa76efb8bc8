/** Why a subgraph may not be published. Stable: scripts and documents rely on them. */
export const FINDING_CODES = [
  'COMPOSITION_ERROR',
  'UNCLASSIFIED',
  'WITHHELD_WITHOUT_BASIS',
  'BASE_ITEM_NOT_UNCONDITIONAL',
  'CATALOGUE_INCOMPLETE',
  'ZONE_ELSEWHERE',
  'SEVERAL_SOURCES',
  'NO_AUTHORITATIVE_SOURCE',
  'FILTER_ORACLE',
  'REQUIRES_WITHOUT_GRANT',
  'CLASS_CHANGED_WITHOUT_REASON',
  'NEEDS_CONSENT',
  'BREAKS_OPERATIONS',
  'SCHEMA_MISMATCH',
  'URL_NOT_ALLOWED',
  'RESERVED_NAME',
  'TAKE_UP_FAILED',
  'CHECK_TIMED_OUT',
  'UNPROTECTED',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** One reason why a publication is refused, with how to mend it. */
export interface Finding {
  readonly code: FindingCode;
  readonly coordinate: string | null;
  /** Article of the Measures, or null where it is only technical. */
  readonly article: string | null;
  /** What is wrong and what to do, Chinese first. */
  readonly message: string;
}

const ARTICLES: Readonly<Record<FindingCode, string | null>> = {
  COMPOSITION_ERROR: null,
  UNCLASSIFIED: 'Art. 9',
  WITHHELD_WITHOUT_BASIS: 'Art. 10(1)',
  BASE_ITEM_NOT_UNCONDITIONAL: 'Art. 10(2)',
  CATALOGUE_INCOMPLETE: 'Art. 7',
  ZONE_ELSEWHERE: 'Art. 11',
  SEVERAL_SOURCES: 'Art. 5(3)',
  NO_AUTHORITATIVE_SOURCE: 'Art. 5(3)',
  FILTER_ORACLE: 'Art. 14',
  REQUIRES_WITHOUT_GRANT: 'Art. 14',
  CLASS_CHANGED_WITHOUT_REASON: 'Art. 8',
  NEEDS_CONSENT: 'Art. 13',
  BREAKS_OPERATIONS: 'Art. 13',
  SCHEMA_MISMATCH: 'Art. 13',
  URL_NOT_ALLOWED: 'Art. 20',
  RESERVED_NAME: null,
  TAKE_UP_FAILED: null,
  CHECK_TIMED_OUT: null,
  UNPROTECTED: 'Art. 20',
};

export function finding(code: FindingCode, coordinate: string | null, message: string): Finding {
  return { code, coordinate, article: ARTICLES[code], message };
}
