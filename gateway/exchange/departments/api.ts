import type { Department, DepartmentDirectory } from '../../identity/index.ts';
import { administers } from '../../roles.ts';
import type { Caller, Resolvers } from '../module.ts';
import {
  approveDepartment,
  approveUrl,
  type DepartmentsParts,
  registerDepartment,
  registrationOf,
} from './approve.ts';

/** A department as others see it; one that is registered no more keeps its code for a name. */
export type NamedDepartment = Pick<Department, 'name' | 'nameEn'> & { readonly code: string };

export function namedDepartment(directory: DepartmentDirectory, code: string): NamedDepartment {
  return directory.byCode(code) ?? { code, name: code, nameEn: code };
}

/** Departments, and wherever something names its provider by code. */
export function departmentsApi(parts: DepartmentsParts): Resolvers {
  const { directory, database } = parts;
  const named = (code: string): NamedDepartment => namedDepartment(directory, code);
  const byCode = ({ providerCode }: { readonly providerCode: string }): NamedDepartment =>
    named(providerCode);
  type Move<Input> = { readonly input: Input };
  return {
    Query: {
      viewer: (_, __, { department }) => department,
      // Who waits for approval is the administrator's business.
      async departments(_, __, { department }: Caller) {
        if (!administers(department)) return directory.all().map((one) => ({ ...one, status: 'APPROVED' }));
        const rows = await database.query('select * from departments order by code');
        return rows.map((row) => registrationOf(parts, row));
      },
    },
    Mutation: {
      registerDepartment: (_, { input }: Move<Parameters<typeof registerDepartment>[2]>, caller) =>
        registerDepartment(parts, caller, input),
      approveDepartment: (_, { input }: Move<Parameters<typeof approveDepartment>[2]>, caller) =>
        approveDepartment(parts, caller, input),
      approveUrl: (_, { input }: Move<Parameters<typeof approveUrl>[2]>, caller) =>
        approveUrl(parts, caller, input),
    },
    Subgraph: {
      provider: ({ provider }: { readonly provider: { readonly code: string } }) => named(provider.code),
    },
    SubgraphVersion: { department: ({ department }: { readonly department: string }) => named(department) },
    Publication: { department: ({ department }: { readonly department: string }) => named(department) },
    Resource: { provider: byCode },
    ResourceVersion: { provider: byCode },
  };
}
