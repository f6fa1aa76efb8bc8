import type { OwnerRow } from '../../registry/index.ts';
import type { Queryable } from '../../store/index.ts';
import type { DepartmentCode } from '../../words.ts';

/** Who is on record as owner of what. */
export async function readOwners(from: Queryable): Promise<OwnerRow[]> {
  const rows = await from.query('select coordinate, department from coordinate_owners');
  return rows.map((row) => [String(row.coordinate), String(row.department) as DepartmentCode]);
}
