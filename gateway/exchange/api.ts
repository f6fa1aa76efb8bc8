import { ApolloServer, type HTTPGraphQLRequest } from '@apollo/server';
import {
  type CatalogueFilter,
  type CatalogueResource,
  readCatalogue,
  type SharingIndex,
  searchCatalogue,
} from '../registry/index.ts';
import type { Principal } from '../words.ts';
import { type CheckParts, checkPublication } from './publishing/check.ts';

interface Department {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
}

export interface ExchangeParts extends CheckParts {
  /** Text of `schema/exchange.graphql`. */
  readonly typeDefs: string;
  readonly departments: { all(): readonly Department[]; byCode(code: string): Department | undefined };
  index(): SharingIndex;
}

interface Context {
  readonly principal: Principal;
}

/** One request in, one response out; the HTTP layer has read the one and writes the other. */
export interface Exchange {
  serve(
    request: HTTPGraphQLRequest,
    principal: Principal,
  ): Promise<{ status: number; headers: ReadonlyMap<string, string>; body: string }>;
  stop(): Promise<void>;
}

interface CheckInput {
  readonly name: string;
  readonly sdl: string;
  readonly url?: string | null;
  readonly reason?: string | null;
}

const MOST_TOKENS = 2_000;

/** The exchange API (`schema/exchange.graphql`). A department acts for itself only: who it is, its token says. */
export async function createExchange(parts: ExchangeParts): Promise<Exchange> {
  const department = (code: string): Department =>
    parts.departments.byCode(code) ?? { code, name: code, nameEn: code };
  let kept: { readonly of: SharingIndex; readonly catalogue: readonly CatalogueResource[] } | null = null;
  /** Read once for each publication: an index belongs to one. */
  const catalogue = (): readonly CatalogueResource[] => {
    const index = parts.index();
    if (kept?.of !== index)
      kept = {
        of: index,
        catalogue: readCatalogue(parts.live(), (coordinate) => index.rule(coordinate).class),
      };
    return kept.catalogue;
  };
  const server = new ApolloServer<Context>({
    typeDefs: parts.typeDefs,
    resolvers: {
      Query: {
        viewer: (_: unknown, __: unknown, { principal }: Context) => department(principal.department),
        departments: () => parts.departments.all(),
        subgraphs: () => parts.live(),
        catalogue: (_: unknown, filter: CatalogueFilter) => searchCatalogue(catalogue(), filter),
      },
      Mutation: {
        checkSubgraph: async (_: unknown, { input }: { input: CheckInput }, { principal }: Context) => {
          const { department: code, departmentName: name } = principal;
          const findings = await checkPublication(parts, { ...input, provider: { code, name } });
          return { ok: findings.length === 0, findings };
        },
      },
      Subgraph: { provider: ({ provider }: { provider: { code: string } }) => department(provider.code) },
      Resource: { provider: ({ provider }: CatalogueResource) => department(provider.code) },
    },
    introspection: true,
    csrfPrevention: true,
    cache: 'bounded',
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: MOST_TOKENS },
  });
  await server.start();
  return {
    async serve(httpGraphQLRequest, principal) {
      const context = async (): Promise<Context> => ({ principal });
      const answered = await server.executeHTTPGraphQLRequest({ httpGraphQLRequest, context });
      const { status = 200, headers, body } = answered;
      return { status, headers, body: body.kind === 'complete' ? body.string : '' };
    },
    stop: () => server.stop(),
  };
}
