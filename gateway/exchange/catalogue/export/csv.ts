import { COLUMNS, type Line } from './columns.ts';

/** RFC 4180 with a byte order mark, by which spreadsheets know UTF-8. */
export function toCsv(lines: readonly Line[]): Buffer {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...lines.map((line) => COLUMNS.map(([, value]) => value(line))),
  ];
  return Buffer.from(`\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`);
}

/**
 * Where a cell may begin: at the start, behind a line break or tab, and behind a `;` that other languages' spreadsheets separate by. A sign
 * there that would be taken for a formula, full-width ones included, is made text.
 */
const FORMULA = /(^[\s\p{Cf}"']*|[\r\n\t;]\s*)(?=[=+\-@＝＋－＠﹢﹣])/gu;

function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = text.replace(FORMULA, "$1'").replace(/^(?=[\t\r])/, "'");
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
