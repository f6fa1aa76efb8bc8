import { createHmac, hkdfSync } from 'node:crypto';
import type { DepartmentCode, MaskRule } from '../../words.ts';

/** Masks a value. Null stays null; anything that the rule cannot mask becomes null. */
export type Mask = (value: unknown) => unknown;

/** What a value too short to be masked becomes, so that its length tells nothing. */
const FIXED = '***';

/** Keeps the first and last characters and stars the rest; too short a value becomes the fixed form. */
function keep(first: number, last: number): (text: string) => string {
  return (text) => {
    const characters = [...text];
    // Fewer hidden than shown characters would show too much.
    if (characters.length < (first + last) * 1.4) return FIXED;
    const hidden = characters.length - first - last;
    return [
      ...characters.slice(0, first),
      '*'.repeat(hidden),
      ...characters.slice(characters.length - last),
    ].join('');
  };
}

/** Compound family names (复姓) that are kept whole. */
const COMPOUND = new Set([
  '欧阳',
  '司马',
  '上官',
  '诸葛',
  '东方',
  '皇甫',
  '尉迟',
  '公孙',
  '慕容',
  '司徒',
  '令狐',
  '夏侯',
]);

function maskName(text: string): string {
  const characters = [...text];
  if (characters.length < 2) return FIXED;
  const family = characters.length > 2 && COMPOUND.has(characters.slice(0, 2).join('')) ? 2 : 1;
  return characters.slice(0, family).join('') + '*'.repeat(characters.length - family);
}

/** A place name before a road, a number or a residential compound (小区) begins. */
const PLACE = '[^路街巷道号弄村镇小\\d]';
const DISTRICT = new RegExp(`^(?:${PLACE}{1,10}?[市州盟])?${PLACE}{1,6}?[区县旗]`, 'u');

/** Down to the district: what follows it is hidden, and all of it where no district can be told for sure. */
function maskAddress(text: string): string {
  const district = DISTRICT.exec(text)?.[0];
  return district !== undefined && district.length < text.length ? `${district}***` : FIXED;
}

const TEXT_MASKS: Readonly<Record<Exclude<MaskRule, 'PSEUDONYM'>, (text: string) => string>> = {
  NAME: maskName,
  ID_NUMBER: keep(6, 4),
  PHONE: keep(3, 4),
  ADDRESS: maskAddress,
  BANK_CARD: keep(0, 4),
  YEAR: (text) => /^(\d{4})-\d\d-\d\d/.exec(text)?.[1] ?? FIXED,
  REDACT: () => FIXED,
};

/** Whose value is masked for whom. */
export interface Masked {
  readonly consumer: DepartmentCode;
  readonly coordinate: string;
  /** The department that has sent the value; null where that cannot be told. */
  readonly source: DepartmentCode | null;
}

/** The mask of a rule for values of one item, from one source, for one consumer. */
export function maskFor(rule: MaskRule, masked: Masked, pseudonymKey: Buffer): Mask {
  const mask = rule === 'PSEUDONYM' ? pseudonym(masked, pseudonymKey) : TEXT_MASKS[rule];
  const apply: Mask = (value) => {
    if (Array.isArray(value)) return value.map(apply);
    return typeof value === 'string' ? mask(value) : null;
  };
  return apply;
}

/**
 * Pseudonyms are keyed by consumer, item and source: two consumers cannot join their answers, and values that one department
 * may choose (its own subgraph echoes them, or names records by them) tell nothing of the pseudonyms of another's. A
 * consumer gets none of its own values, nor of values whose source cannot be told.
 */
function pseudonym({ consumer, coordinate, source }: Masked, key: Buffer): (text: string) => string {
  if (source === null || source === consumer) return TEXT_MASKS.REDACT;
  // RFC 5869: one key for each, from the gateway's secret. None of the three holds a space.
  const info = `liancha pseudonym ${consumer} ${coordinate} ${source}`;
  const own = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), info, 32));
  return (text) => createHmac('sha256', own).update(text).digest('base64url').slice(0, 22);
}
