import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ROLES } from '../roles.ts';
import type { DepartmentCode } from '../words.ts';

/** A unified social credit code (GB 32100), by its characters. */
export const CODE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;

const Entry = z.strictObject({
  code: z.string().regex(CODE),
  name: z.string().min(1),
  nameEn: z.string().min(1),
  /** The subgraph that the department publishes, if any. */
  subgraph: z.string().nullable(),
  roles: z.array(z.enum(ROLES)),
});

export type Department = Omit<z.infer<typeof Entry>, 'code'> & { readonly code: DepartmentCode };

/** The departments that the platform knows (政务部门). */
export interface DepartmentDirectory {
  all(): readonly Department[];
  byCode(code: string): Department | undefined;
  /** Tells of each change, after it. */
  onChange(listener: () => void): void;
}

/** Reads the directory file; throws when it is wrong, naming what. */
export function readDepartments(path: string): DepartmentDirectory {
  const parsed = z.array(Entry).safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return changingDirectory(parsed.data.map(toDepartment));
}

/** A department from outside; throws, naming what is wrong. */
export function parseDepartment(entry: unknown): Department {
  const parsed = Entry.safeParse(entry);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return toDepartment(parsed.data);
}

function toDepartment(entry: z.infer<typeof Entry>): Department {
  return { ...entry, code: entry.code as DepartmentCode };
}

/** A directory that whoever keeps it replaces as a whole; readers see the new one from then on. */
export function changingDirectory(first: readonly Department[]): DepartmentDirectory & {
  replace(departments: readonly Department[]): void;
} {
  let all: readonly Department[] = [];
  let byCode = new Map<string, Department>();
  const listeners: (() => void)[] = [];
  const replace = (departments: readonly Department[]): void => {
    all = departments;
    byCode = new Map(departments.map((one) => [one.code, one]));
    for (const listener of listeners) listener();
  };
  replace(first);
  return {
    all: () => all,
    byCode: (code) => byCode.get(code),
    onChange: (listener) => void listeners.push(listener),
    replace,
  };
}
