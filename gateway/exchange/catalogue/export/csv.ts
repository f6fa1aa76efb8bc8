import { COLUMNS, type Line } from './columns.ts';

/** RFC 4180 with a byte order mark, by which spreadsheets know UTF-8. */
export function toCsv(lines: readonly Line[]): Buffer {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...lines.map((line) => COLUMNS.map(([, value]) => value(line))),
  ];
  return Buffer.from(`\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`);
}

/** A leading sign that a spreadsheet would take for a formula is made text. */
function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
