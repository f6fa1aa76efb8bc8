import type { Queryable } from '../../store/index.ts';

/** The front part: 类 1 digit, 项 2, 目 3, 细目 4. */
const WIDTHS = [1, 2, 3, 4] as const;
const LENGTH = WIDTHS.reduce((sum, width) => sum + width, 0);

/** The digits of a classification path, `3/民政`: those that it has already, otherwise the next that are free. */
async function digitsOf(transaction: Queryable, path: readonly string[]): Promise<string> {
  const name = path.join('/');
  const [known] = await transaction.query('select digits from catalogue_classifications where path = $1', [
    name,
  ]);
  if (known) return String(known.digits);
  const digits =
    path.length === 1
      ? String(path[0]).slice(0, 1).padEnd(LENGTH, '0')
      : await nextBelow(transaction, await digitsOf(transaction, path.slice(0, -1)), path.length - 1);
  await transaction.query(
    'insert into catalogue_classifications (path, digits) values ($1, $2) on conflict do nothing',
    [name, digits],
  );
  return digits;
}

/** The next number of a level below a path; the digits of the levels below it are zero. */
async function nextBelow(transaction: Queryable, above: string, level: number): Promise<string> {
  const start = WIDTHS.slice(0, level).reduce((sum, width) => sum + width, 0);
  const width = WIDTHS[level];
  if (width === undefined)
    throw new RangeError('分类至多四级 a classification has four levels at most: 类/项/目/细目');
  const rows = await transaction.query('select digits from catalogue_classifications where digits like $1', [
    `${above.slice(0, start)}%`,
  ]);
  const used = rows.map((row) => Number(String(row.digits).slice(start, start + width)));
  const next = Math.max(0, ...used) + 1;
  if (String(next).length > width) throw new RangeError(`${above}: no numbers are left on this level`);
  return (
    above.slice(0, start) +
    String(next)
      .padStart(width, '0')
      .padEnd(LENGTH - start, '0')
  );
}

/**
 * Issues the code of a new resource: the digits of its classification, `/`, and a six-digit number. Numbers count up over all
 * entries that ever were, so that no code is given twice. To be called under the catalogue's lock.
 */
export async function issueCode(transaction: Queryable, classification: string): Promise<string> {
  const digits = await digitsOf(transaction, levelsOf(classification));
  const [last] = await transaction.query(
    "select max(split_part(code, '/', 2)) as number from catalogue_entries where split_part(code, '/', 1) = $1",
    [digits],
  );
  return `${digits}/${String(Number(last?.number ?? 0) + 1).padStart(6, '0')}`;
}

/** A code that a schema brings along, taken as issued: its classification has these digits from then on. */
export async function learnCode(transaction: Queryable, classification: string, code: string): Promise<void> {
  await transaction.query(
    'insert into catalogue_classifications (path, digits) values ($1, $2) on conflict do nothing',
    [levelsOf(classification).join('/'), code.split('/')[0]],
  );
}

/** Why a code may not be that of a resource of this provider; null when it may. */
export async function codeFault(
  database: Queryable,
  code: string,
  of: {
    readonly provider: string;
    readonly subgraph: string;
    readonly type: string;
    readonly classification: string;
  },
): Promise<string | null> {
  const [kept] = await database.query(
    'select provider, subgraph, type, status from catalogue_entries where code = $1',
    [code],
  );
  if (kept && kept.provider !== of.provider) return `代码 ${code} 属另一部门 belongs to another department`;
  if (kept && kept.status !== 'DRAFT' && (kept.subgraph !== of.subgraph || kept.type !== of.type))
    return `代码 ${code} 已用于 ${String(kept.subgraph)} 的 ${String(kept.type)} is used by another resource: codes are never reused`;
  if (code.slice(0, 1) !== of.classification.slice(0, 1))
    return `代码 ${code} 的首位应为分类“${of.classification}”的类 the code must begin with the class of its classification`;
  const [path] = await database.query('select digits from catalogue_classifications where path = $1', [
    levelsOf(of.classification).join('/'),
  ]);
  if (path && path.digits !== code.split('/')[0])
    return `分类“${of.classification}”的代码前段是 ${String(path.digits)} codes of this classification begin with ${String(path.digits)}`;
  return null;
}

function levelsOf(classification: string): string[] {
  return classification.split('/').map((one) => one.trim());
}
