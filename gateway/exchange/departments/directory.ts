import {
  changingDirectory,
  type Department,
  type DepartmentDirectory,
  parseDepartment,
} from '../../identity/index.ts';
import type { Database, Queryable, Row } from '../../store/index.ts';

/** Channel on which instances tell each other that departments or their approvals have changed. */
const CHANNEL = 'departments';

/** The departments as the store has them: in memory, because every request asks; brought up to date when any instance changes them. */
export interface Directory extends DepartmentDirectory {
  /** `host` or `host:port` where a department may run its subgraphs. */
  approvedHosts(department: string): readonly string[];
  /** Reads the store again; after a change of one's own, so that it holds from then on. */
  refresh(): Promise<void>;
}

/** Opens the directory; at the first start it is what the file says. */
export async function openDirectory(
  database: Database,
  seed: readonly Department[],
  now: () => number,
  onProblem: (error: unknown) => void,
): Promise<Directory> {
  await database.transaction((transaction) => plant(transaction, seed, new Date(now())));
  const directory = changingDirectory([]);
  let hosts = new Map<string, string[]>();
  const refresh = async (): Promise<void> => {
    const rows = await database.query("select * from departments where status = 'APPROVED' order by code");
    const approved = await database.query('select department, host from approved_hosts order by host');
    directory.replace(rows.map(departmentOf));
    hosts = new Map();
    for (const { department, host } of approved) {
      const code = String(department);
      hosts.set(code, [...(hosts.get(code) ?? []), String(host)]);
    }
  };
  await refresh();
  await database.listen(CHANNEL, () => void refresh().catch(onProblem));
  return {
    all: directory.all,
    byCode: directory.byCode,
    onChange: directory.onChange,
    approvedHosts: (department) => hosts.get(department) ?? [],
    refresh,
  };
}

/** Departments of the file that the store does not know are registered and approved: whoever installs the platform names them. */
async function plant(transaction: Queryable, seed: readonly Department[], at: Date): Promise<void> {
  for (const { code, name, nameEn, roles, subgraph } of seed)
    await transaction.query(
      `insert into departments (code, name, name_en, roles, subgraph, status, registered_at, approved_at)
       values ($1, $2, $3, $4, $5, 'APPROVED', $6, $6) on conflict do nothing`,
      [code, name, nameEn, roles, subgraph, at],
    );
}

export function departmentOf({ code, name, name_en: nameEn, roles, subgraph }: Row): Department {
  return parseDepartment({ code, name, nameEn, roles, subgraph });
}

/** Tells every instance, at the commit. */
export async function tellDirectory(transaction: Queryable): Promise<void> {
  await transaction.query('select pg_notify($1, $2)', [CHANNEL, 'changed']);
}
