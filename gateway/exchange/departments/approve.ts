import type { Department } from '../../identity/index.ts';
import { type Database, isUniqueViolation, type Queryable, type Row } from '../../store/index.ts';
import type { Caller } from '../module.ts';
import { once } from '../once.ts';
import { badInput, notFound, Refused } from '../refused.ts';
import { isCreditCode } from './credit-code.ts';
import { type Directory, departmentOf, tellDirectory } from './directory.ts';

export interface DepartmentsParts {
  readonly database: Database;
  readonly directory: Directory;
  now(): number;
}

/** A department as the administrator sees it. */
export interface Registration extends Department {
  readonly status: 'REGISTERED' | 'APPROVED';
  readonly version: number;
  readonly approvedHosts: readonly string[];
}

export interface RegisterInput {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly roles: Department['roles'];
  readonly reason: string;
}

interface Keyed {
  readonly idempotencyKey?: string | null;
}

/** Registers a department (政务部门). It can do nothing until it is approved. */
export async function registerDepartment(
  parts: DepartmentsParts,
  caller: Caller,
  input: RegisterInput & Keyed,
): Promise<Registration> {
  const { code, name, nameEn, roles } = input;
  if (!isCreditCode(code))
    throw badInput('code: 不是有效的统一社会信用代码 is no valid credit code (GB 32100)');
  if (name.trim() === '' || nameEn.trim() === '') throw badInput('name, nameEn: 不得为空 must not be empty');
  if (roles.length === 0) throw badInput('roles: 至少一项 at least one');
  const request = { caller, mutation: 'registerDepartment', key: input.idempotencyKey, input };
  await once(parts.database, request, async (transaction) => {
    await transaction.query(
      `insert into departments (code, name, name_en, roles, status, registered_by, registered_at, reason)
       values ($1, $2, $3, $4, 'REGISTERED', $5, $6, $7)`,
      [code, name, nameEn, roles, caller.principal.department, new Date(parts.now()), input.reason],
    );
    return code;
  }).catch((error: unknown) => {
    if (isUniqueViolation(error))
      throw badInput('部门代码或名称已登记 the code or the name is registered already');
    throw error;
  });
  return registrationOf(parts, await readRow(parts.database, code));
}

/** Approves a registered department: from now on its tokens are taken, in every instance. */
export async function approveDepartment(
  parts: DepartmentsParts,
  caller: Caller,
  input: { readonly code: string; readonly version: number; readonly reason: string } & Keyed,
): Promise<Registration> {
  const { code, version, reason } = input;
  const request = { caller, mutation: 'approveDepartment', key: input.idempotencyKey, input };
  await once(parts.database, request, async (transaction) => {
    const row = await readRow(transaction, code, 'for update');
    if (row.version !== version)
      throw new Refused('CONFLICT', { what: '部门 department', id: code, version: Number(row.version) });
    if (row.status !== 'REGISTERED')
      throw new Refused('ILLEGAL_MOVE', {
        what: '部门 department',
        id: code,
        state: String(row.status),
        move: 'approve',
        allowed: '—',
      });
    await transaction.query(
      `update departments set status = 'APPROVED', version = version + 1, approved_by = $2, approved_at = $3, reason = $4
       where code = $1`,
      [code, caller.principal.department, new Date(parts.now()), reason],
    );
    await tellDirectory(transaction);
    return code;
  });
  await parts.directory.refresh();
  return registrationOf(parts, await readRow(parts.database, code));
}

/** `host` or `host:port`, as a URL has it. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/;

/** Approves where a department may run its subgraphs. */
export async function approveUrl(
  parts: DepartmentsParts,
  caller: Caller,
  input: { readonly department: string; readonly host: string; readonly reason: string } & Keyed,
): Promise<Registration> {
  const { department, host, reason } = input;
  if (!HOST.test(host)) throw badInput('host: “主机”或“主机:端口” `host` or `host:port`, in lower case');
  const request = { caller, mutation: 'approveUrl', key: input.idempotencyKey, input };
  await once(parts.database, request, async (transaction) => {
    await readRow(transaction, department, 'for update');
    await transaction.query(
      `insert into approved_hosts (department, host, approved_by, approved_at, reason) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      [department, host, caller.principal.department, new Date(parts.now()), reason],
    );
    await tellDirectory(transaction);
    return department;
  });
  await parts.directory.refresh();
  return registrationOf(parts, await readRow(parts.database, department));
}

async function readRow(from: Queryable, code: string, lock = ''): Promise<Row> {
  const [row] = await from.query(`select * from departments where code = $1 ${lock}`, [code]);
  if (!row) throw notFound('部门 department', code);
  return row;
}

export function registrationOf({ directory }: DepartmentsParts, row: Row): Registration {
  const department = departmentOf(row);
  return {
    ...department,
    status: row.status === 'APPROVED' ? 'APPROVED' : 'REGISTERED',
    version: Number(row.version),
    approvedHosts: directory.approvedHosts(department.code),
  };
}
