import type { Resolvers } from '../module.ts';
import { type CheckParts, checkPublication } from './check.ts';

interface CheckInput {
  readonly name: string;
  readonly sdl: string;
  readonly url?: string | null;
  readonly reason?: string | null;
}

/** Publishing, as the exchange API has it. */
export function publishingApi(parts: CheckParts): Resolvers {
  return {
    Query: { subgraphs: () => parts.live() },
    Mutation: {
      checkSubgraph: async (_, { input }: { input: CheckInput }, { principal }) => {
        const { department: code, departmentName: name } = principal;
        const findings = await checkPublication(parts, { ...input, provider: { code, name } });
        return { ok: findings.length === 0, findings };
      },
    },
  };
}
