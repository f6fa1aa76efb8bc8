import type { DisclosureFilter } from '../../ledger/index.ts';
import { isPrintableLine } from '../../printable.ts';
import { badInput } from '../refused.ts';

/** The filter as the API takes it. */
export interface FilterInput {
  readonly id?: string | null;
  readonly department?: string | null;
  readonly provider?: string | null;
  readonly operator?: string | null;
  readonly use?: string | null;
  readonly matter?: string | null;
  readonly coordinate?: string | null;
  readonly since?: string | null;
  readonly until?: string | null;
}

const LONGEST = 200;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Reads the filter; refuses what cannot be meant. */
export function readFilter({ id, since, until, ...texts }: FilterInput): DisclosureFilter {
  if (given(id) && !ID.test(id)) throw badInput('id');
  for (const [name, text] of Object.entries(texts)) if (given(text)) plainText(name, text);
  return {
    ...texts,
    id,
    since: given(since) ? timeOf(since) : null,
    until: given(until) ? timeOf(until) : null,
  };
}

/** The number of the request in which a person asks (办件号). */
export function readMatter(matter: string): string {
  const text = matter.trim();
  if (!isPrintableLine(text, LONGEST)) throw badInput('matter: 本人申请的编号 the number of the request');
  return text;
}

/** An ID number or credit code, as it stands in the data. */
export function readSubject(subject: string): string {
  const text = plainText('subject', subject.trim().toUpperCase());
  if (text === '') throw badInput('subject: 身份证件号码 the ID number');
  return text;
}

function plainText(name: string, text: string): string {
  if (text.length > LONGEST || text.includes('\0')) throw badInput(`${name}: ≤ ${LONGEST}`);
  return text;
}

/** A day begins at midnight in China. */
function timeOf(text: string): number {
  const time = DAY.test(text)
    ? Date.parse(`${text}T00:00:00+08:00`)
    : TIME.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (Number.isNaN(time)) throw badInput('since, until: 2026-11-01 | 2026-11-01T08:00:00+08:00');
  return time;
}

function given(value: string | null | undefined): value is string {
  return value !== null && value !== undefined;
}
