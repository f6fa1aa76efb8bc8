import { ApolloServer, type HTTPGraphQLRequest } from '@apollo/server';
import { type Failure, type Language, shortened } from '../errors.ts';
import type { SharingIndex } from '../registry/index.ts';
import { isCompetent } from '../roles.ts';
import type { Principal } from '../words.ts';
import { openApplications } from './applications/open.ts';
import { type Catalogue, type CatalogueOptions, openCatalogue } from './catalogue/open.ts';
import type { OpenCalendar } from './clock/index.ts';
import { consentsApi } from './consents/api.ts';
import { recountAll } from './deadlines.ts';
import { departmentsApi, namedDepartment } from './departments/api.ts';
import type { Directory } from './departments/directory.ts';
import { type DisclosureParts, disclosuresApi } from './disclosures/api.ts';
import { createGuesses, type GuessParts } from './disclosures/guesses.ts';
import { wasDisclosed } from './disclosures/was-disclosed.ts';
import { createBudget } from './door/budget.ts';
import { createGate } from './door/gate.ts';
import { createInputCheck } from './door/inputs.ts';
import { EXCHANGE_LIMITS, limitOperations } from './door/measure.ts';
import { sharedDatabase } from './door/shared-database.ts';
import { findingsApi } from './findings/api.ts';
import type { FindingParts } from './findings/change.ts';
import type { MisuseRules } from './findings/rules.ts';
import { MISUSE_JOB, misuseWorker, watchMisuse } from './findings/watch.ts';
import type { GrantParts } from './grants/api.ts';
import { instant } from './instant.ts';
import { startJobs } from './jobs/index.ts';
import { mattersApi } from './matters/api.ts';
import { partiesTo } from './matters/parties.ts';
import { type Caller, joinResolvers, type OnDefect } from './module.ts';
import { notificationsApi } from './notifications/api.ts';
import { startDeliverer } from './notifications/deliver.ts';
import type { MessageSigner } from './notifications/signature.ts';
import { urlFault } from './notifications/url-fault.ts';
import { objectionsApi } from './objections/api.ts';
import type { ObjectionParts } from './objections/change.ts';
import { type Disputes, openDisputes } from './objections/disputes.ts';
import { publishingApi } from './publishing/api.ts';
import type { PublishingParts } from './publishing/change.ts';
import { ownerOf } from './publishing/versions.ts';
import type { Sealer } from './sealed.ts';

export interface ExchangeParts
  extends Omit<PublishingParts, 'catalogueFaults' | 'ownerOf' | 'nameOf' | 'approvedHosts'>,
    Omit<CatalogueOptions, 'ownerOf'>,
    Omit<GrantParts, 'level' | 'competent'>,
    Pick<GuessParts, 'counters' | 'missesPerDepartment'> {
  /** Text of `schema/exchange.graphql`. */
  readonly typeDefs: string;
  readonly departments: Directory;
  readonly disclosures: DisclosureParts;
  readonly onDefect: OnDefect;
  index(): SharingIndex;
  readonly misuseRules: MisuseRules;
  readonly calendar: OpenCalendar;
  readonly sealer: Sealer;
  readonly signer: MessageSigner;
  /** A subject as the ledger's records name it now. */
  hashSubject(subject: string): string;
  readonly report: { error(facts: object, message: string): void };
}

/** A response as the HTTP layer writes it, or why the request was not let in. */
export type Served =
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: ReadonlyMap<string, string>;
      readonly body: string;
    }
  | { readonly ok: false; readonly failure: Failure };

/** One request in, one response out; the HTTP layer has read the one and writes the other. */
export interface Exchange {
  serve(request: HTTPGraphQLRequest, principal: Principal, language: Language): Promise<Served>;
  readonly catalogue: Pick<Catalogue, 'follow' | 'export' | 'noteCall'>;
  readonly disputes: Pick<Disputes, 'touching'>;
  /** Who is a subject of a department's matter. */
  parties(department: string, matter: string): Promise<(subject: unknown) => boolean>;
  stop(): Promise<void>;
}

/** The exchange API (`schema/exchange.graphql`). A department acts for itself only: who it is, its token says. */
export async function createExchange(given: ExchangeParts): Promise<Exchange> {
  const database = sharedDatabase(given.database);
  const parts = { ...given, database, disclosures: { ...given.disclosures, database } };
  const catalogue = openCatalogue({ ...parts, ownerOf: (name) => ownerOf(database, name) });
  const { departments, now } = parts;
  const common = {
    database,
    nextId: parts.nextId,
    now,
    department: (code: string) => namedDepartment(departments, code),
    isDepartment: (code: string) => departments.byCode(code) !== undefined,
  };
  const guesses = createGuesses({ ...parts.disclosures, ...parts });
  const objections: ObjectionParts = {
    ...common,
    sealer: parts.sealer,
    ruleSets: parts.ruleSets,
    level: parts.platform.level,
    calendar: parts.calendar,
    providerOf: (coordinate) => parts.index().rule(coordinate).provider.code || null,
    publishes: (code, coordinate) => {
      const { provider, sources = [] } = parts.index().rule(coordinate);
      return provider.code === code || sources.some((one) => one.provider.code === code);
    },
    wasDisclosed: (claimed) => wasDisclosed(parts.disclosures, claimed),
    guesses,
  };
  const findings: FindingParts = {
    ...common,
    calendar: parts.calendar,
    supervisors: () => departments.all().flatMap((one) => (isCompetent(one) ? [one.code] : [])),
  };
  const recount = () =>
    given.database.transaction((transaction) =>
      recountAll(
        { ...parts, ...findings, competent: findings.supervisors, level: parts.platform.level },
        transaction,
      ),
    );
  await recount();
  parts.calendar.onChange(() => void recount().catch(parts.onProblem));
  const reach = { allowedHosts: parts.allowedHosts, approvedHosts: departments.approvedHosts };
  const applications = await openApplications({ ...parts, level: parts.platform.level });
  const modules = [
    departmentsApi({ ...parts, directory: departments }),
    publishingApi({
      ...parts,
      catalogueFaults: catalogue.faults,
      ownerOf: (name) => ownerOf(database, name),
      nameOf: (code) => departments.byCode(code)?.name ?? code,
      approvedHosts: departments.approvedHosts,
    }),
    consentsApi(common),
    catalogue.resolvers,
    disclosuresApi(parts.disclosures, guesses),
    notificationsApi({ ...common, urlFault: (url, code) => urlFault(reach, url, code) }),
    objectionsApi(objections),
    findingsApi(findings),
    mattersApi(parts),
    ...applications.resolvers,
  ];
  const server = new ApolloServer<Caller>({
    typeDefs: parts.typeDefs,
    resolvers: {
      ...joinResolvers(modules, { onDefect: parts.onDefect, checkInput: createInputCheck(now) }),
      Instant: instant,
    },
    plugins: [limitOperations()],
    formatError: (error) => ({ ...error, message: shortened(error.message) }),
    introspection: true,
    csrfPrevention: true,
    cache: 'bounded',
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: EXCHANGE_LIMITS.tokens },
  });
  await server.start();
  const disputes = await openDisputes(given);
  const deliverer = startDeliverer({ ...given, reach });
  await watchMisuse(database, now());
  const workers = { ...applications.workers, [MISUSE_JOB]: misuseWorker(findings, parts.misuseRules) };
  const gate = createGate();
  const jobs = startJobs({ database: given.database, workers, now, report: parts.report });
  return {
    async serve(httpGraphQLRequest, principal, language) {
      const department = parts.departments.byCode(principal.department);
      if (!department) throw new Error('a principal of a department that is not registered');
      const caller: Caller = { principal, department, language, budget: createBudget() };
      const context = async (): Promise<Caller> => caller;
      const passed = await gate.pass(department.code, () =>
        server.executeHTTPGraphQLRequest({ httpGraphQLRequest, context }),
      );
      if (!passed.ok) return passed;
      const { status = 200, headers, body } = passed.value;
      return { ok: true, status, headers, body: body.kind === 'complete' ? body.string : '' };
    },
    catalogue,
    disputes,
    parties: (department, matter) => partiesTo(given.database, parts.hashSubject, department, matter),
    async stop() {
      await server.stop();
      await jobs.close();
      await deliverer.close();
      disputes.close();
      await catalogue.close();
    },
  };
}
