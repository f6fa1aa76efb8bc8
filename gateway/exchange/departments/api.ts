import type { Department, DepartmentDirectory } from '../../identity/index.ts';
import type { Resolvers } from '../module.ts';

type Named = Pick<Department, 'name' | 'nameEn'> & { readonly code: string };

/** Departments, and wherever something names its provider by code. */
export function departmentsApi(directory: DepartmentDirectory): Resolvers {
  const named = (code: string): Named => directory.byCode(code) ?? { code, name: code, nameEn: code };
  const byCode = ({ providerCode }: { readonly providerCode: string }): Named => named(providerCode);
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
