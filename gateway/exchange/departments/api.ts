import type { Department, DepartmentDirectory } from '../../identity/index.ts';
import type { Resolvers } from '../module.ts';

/** A department as others see it; one that is registered no more keeps its code for a name. */
export type NamedDepartment = Pick<Department, 'name' | 'nameEn'> & { readonly code: string };

export function namedDepartment(directory: DepartmentDirectory, code: string): NamedDepartment {
  return directory.byCode(code) ?? { code, name: code, nameEn: code };
}

/** Departments, and wherever something names its provider by code. */
export function departmentsApi(directory: DepartmentDirectory): Resolvers {
  const named = (code: string): NamedDepartment => namedDepartment(directory, code);
  const byCode = ({ providerCode }: { readonly providerCode: string }): NamedDepartment =>
    named(providerCode);
  return {
    Query: {
      viewer: (_, __, { department }) => department,
      departments: () => directory.all(),
    },
    Subgraph: {
      provider: ({ provider }: { readonly provider: { readonly code: string } }) => named(provider.code),
    },
    Resource: { provider: byCode },
    ResourceVersion: { provider: byCode },
  };
}
