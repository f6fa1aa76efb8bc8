import writeXlsxFile from 'write-excel-file/node';
import { COLUMNS, type Line } from './columns.ts';

/** The guide's table as a spreadsheet (Office Open XML). Every text is a text cell: nothing is taken for a formula. */
export async function toXlsx(lines: readonly Line[]): Promise<Buffer> {
  const head = COLUMNS.map(([title]) => ({ value: title, fontWeight: 'bold' as const }));
  const rows = lines.map((line) =>
    COLUMNS.map(([, read]) => {
      const value = read(line);
      if (value === null) return null;
      return typeof value === 'number' ? { value, type: Number } : { value, type: String };
    }),
  );
  const columns = COLUMNS.map(([title]) => ({ width: Math.max(12, title.length * 2 + 4) }));
  return writeXlsxFile([head, ...rows], {
    sheet: '政务信息资源目录',
    columns,
    stickyRowsCount: 1,
  }).toBuffer();
}
