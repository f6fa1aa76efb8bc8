import { ApolloServer, type HTTPGraphQLRequest } from '@apollo/server';
import type { Language } from '../errors.ts';
import type { DepartmentDirectory } from '../identity/index.ts';
import type { Principal } from '../words.ts';
import { type Catalogue, type CatalogueOptions, openCatalogue } from './catalogue/open.ts';
import { departmentsApi } from './departments/api.ts';
import { type DisclosureParts, disclosuresApi } from './disclosures/api.ts';
import { instant } from './instant.ts';
import { type Caller, joinResolvers, type OnDefect } from './module.ts';
import { publishingApi } from './publishing/api.ts';
import type { CheckParts } from './publishing/check.ts';

export interface ExchangeParts extends Omit<CheckParts, 'catalogueFaults'>, CatalogueOptions {
  /** Text of `schema/exchange.graphql`. */
  readonly typeDefs: string;
  readonly departments: DepartmentDirectory;
  readonly disclosures: DisclosureParts;
  readonly onDefect: OnDefect;
}

/** One request in, one response out; the HTTP layer has read the one and writes the other. */
export interface Exchange {
  serve(
    request: HTTPGraphQLRequest,
    principal: Principal,
    language: Language,
  ): Promise<{ status: number; headers: ReadonlyMap<string, string>; body: string }>;
  readonly catalogue: Pick<Catalogue, 'follow' | 'export' | 'noteCall'>;
  stop(): Promise<void>;
}

const MOST_TOKENS = 2_000;

/** The exchange API (`schema/exchange.graphql`). A department acts for itself only: who it is, its token says. */
export async function createExchange(parts: ExchangeParts): Promise<Exchange> {
  const catalogue = openCatalogue(parts);
  const modules = [
    departmentsApi(parts.departments),
    publishingApi({ ...parts, catalogueFaults: catalogue.faults }),
    catalogue.resolvers,
    disclosuresApi(parts.disclosures),
  ];
  const server = new ApolloServer<Caller>({
    typeDefs: parts.typeDefs,
    resolvers: { ...joinResolvers(modules, parts.onDefect), Instant: instant },
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
    async serve(httpGraphQLRequest, principal, language) {
      const department = parts.departments.byCode(principal.department);
      if (!department) throw new Error('a principal of a department that is not registered');
      const context = async (): Promise<Caller> => ({ principal, department, language });
      const answered = await server.executeHTTPGraphQLRequest({ httpGraphQLRequest, context });
      const { status = 200, headers, body } = answered;
      return { status, headers, body: body.kind === 'complete' ? body.string : '' };
    },
    catalogue,
    async stop() {
      await server.stop();
      await catalogue.close();
    },
  };
}
