/**
 * Who may do what: the one table that every door and every operation of the exchange consults. Roles say what kind of business a
 * department may do at all; whose business it is (its own application, its own grant) is judged where the business is.
 */

/** Roles of a department. COORDINATOR: 主管部门, beside the platform's administrator; AUDITOR: sees all and moves nothing (Measures Art. 12, 22). */
export const ROLES = ['PROVIDER', 'CONSUMER', 'PLATFORM_ADMINISTRATOR', 'COORDINATOR', 'AUDITOR'] as const;
export type Role = (typeof ROLES)[number];

/** What can be asked for at the gateway's doors, whichever transport brings it. */
export type Door = 'query' | 'exchange' | 'catalogue';

const EVERYBODY = ROLES;
const CONSUMER = ['CONSUMER'] as const;
const PROVIDER = ['PROVIDER'] as const;
const ADMINISTRATOR = ['PLATFORM_ADMINISTRATOR'] as const;
/** Coordinates on this level (主管部门), and supervises (Measures Art. 12, 24). */
const COMPETENT = ['PLATFORM_ADMINISTRATOR', 'COORDINATOR'] as const;
/** See every application, grant, objection and rectification case (Measures Art. 22). */
const OVERSEERS = [...COMPETENT, 'AUDITOR'] as const;
const PARTIES = ['CONSUMER', 'PROVIDER'] as const;
const PUBLISHERS = ['PROVIDER', 'PLATFORM_ADMINISTRATOR'] as const;
const DECIDERS = ['PROVIDER', ...COMPETENT] as const;
/** Everybody but the auditor, who moves nothing in the business of others. */
const ACTING = [...PARTIES, ...COMPETENT] as const;

/** Queries, mutations and subscriptions on departments' data; the exchange API, whose operations are judged one by one; the catalogue's files. */
export const DOORS: Readonly<Record<Door, readonly Role[]>> = {
  query: CONSUMER,
  exchange: EVERYBODY,
  catalogue: EVERYBODY,
};

/** Operations of the exchange API by `Query.field` or `Mutation.field`. What has no row here is nobody's. */
export const OPERATIONS: Readonly<Record<string, readonly Role[]>> = {
  'Query.viewer': EVERYBODY,
  'Query.departments': EVERYBODY,
  'Mutation.registerDepartment': ADMINISTRATOR,
  'Mutation.approveDepartment': ADMINISTRATOR,
  'Mutation.approveUrl': ADMINISTRATOR,

  'Query.subgraphs': EVERYBODY,
  'Query.subgraph': EVERYBODY,
  'Query.subgraphDiff': EVERYBODY,
  'Query.publications': EVERYBODY,
  // A department tries its schema before it is registered as a provider; nothing changes by it.
  'Mutation.checkSubgraph': PARTIES,
  'Mutation.publishSubgraph': PROVIDER,
  'Mutation.promoteSubgraph': PUBLISHERS,
  'Mutation.rollBack': PUBLISHERS,
  'Mutation.retireSubgraph': PUBLISHERS,

  // The catalogue is for every department (Measures Art. 7).
  'Query.catalogue': EVERYBODY,
  'Query.catalogueEntry': EVERYBODY,
  'Query.catalogueChanges': EVERYBODY,
  'Query.providerDays': EVERYBODY,
  'Mutation.saveCatalogueDraft': PROVIDER,
  'Mutation.discardCatalogueDraft': PROVIDER,
  'Mutation.reportCatalogueChange': PROVIDER,
  'Mutation.closeCatalogueChange': PROVIDER,
  'Mutation.reportUpdated': PROVIDER,

  'Query.disclosures': [...PARTIES, 'AUDITOR'],
  'Query.personDisclosures': [...PARTIES, 'PLATFORM_ADMINISTRATOR', 'AUDITOR'],
  'Query.ledgerIndex': EVERYBODY,
  'Mutation.rebuildLedgerIndex': ADMINISTRATOR,

  'Query.notifications': EVERYBODY,
  'Query.webhooks': EVERYBODY,
  'Mutation.addWebhook': EVERYBODY,
  'Mutation.removeWebhook': EVERYBODY,
  'Mutation.redeliver': EVERYBODY,

  'Query.objections': EVERYBODY,
  'Query.objection': EVERYBODY,
  'Mutation.raiseObjection': CONSUMER,
  'Mutation.withdrawObjection': CONSUMER,
  'Mutation.correctObjection': PROVIDER,
  'Mutation.confirmObjection': PROVIDER,
  'Mutation.disownObjection': PROVIDER,

  // What another's publication changes is answered by whose it is, never in its place.
  'Query.consentRequests': EVERYBODY,
  'Query.consentRequest': EVERYBODY,
  'Mutation.answerConsent': PROVIDER,
  'Mutation.withdrawConsent': PROVIDER,

  'Query.findings': EVERYBODY,
  'Query.finding': EVERYBODY,
  // What a department, a supervisor or an auditor comes upon; whoever is to rectify answers (Measures Art. 24).
  'Mutation.openFinding': EVERYBODY,
  'Mutation.answerFinding': EVERYBODY,
  'Mutation.returnFinding': COMPETENT,
  'Mutation.closeFindingRectified': COMPETENT,
  'Mutation.closeFindingUnfounded': COMPETENT,

  'Query.applicationDraft': CONSUMER,
  'Query.application': EVERYBODY,
  'Query.applications': EVERYBODY,
  'Query.clocks': EVERYBODY,
  'Mutation.saveApplicationDraft': CONSUMER,
  'Mutation.submitApplication': CONSUMER,
  'Mutation.withdrawApplication': CONSUMER,
  'Mutation.negotiateApplication': CONSUMER,
  'Mutation.coordinateApplication': ACTING,
  'Mutation.approveApplication': DECIDERS,
  'Mutation.refuseApplication': DECIDERS,
  'Mutation.referApplication': COMPETENT,
  'Mutation.decideApplication': COMPETENT,

  'Query.grant': EVERYBODY,
  'Query.grants': EVERYBODY,
  'Query.simulateGrant': ACTING,
  'Mutation.revokeGrant': DECIDERS,
  'Mutation.suspendGrant': DECIDERS,
  'Mutation.resumeGrant': DECIDERS,
  'Mutation.shortenGrant': DECIDERS,
  'Mutation.returnGrant': CONSUMER,

  'Query.matter': CONSUMER,
  'Mutation.registerSubjects': CONSUMER,
  'Mutation.closeMatter': CONSUMER,
};

/** Anything that has roles: a department, or a principal of one. */
export interface WithRoles {
  readonly roles: readonly Role[];
}

export function hasRole({ roles }: WithRoles, allowed: readonly Role[]): boolean {
  return allowed.some((one) => roles.includes(one));
}

/** Coordinates between departments, returns and closes rectification cases, answers where a department would decide in its own cause. */
export function isCompetent(one: WithRoles): boolean {
  return hasRole(one, COMPETENT);
}

/** Sees every application that was submitted, every grant, objection and rectification case. */
export function oversees(one: WithRoles): boolean {
  return hasRole(one, OVERSEERS);
}

/** Looks through every record of the ledger (Measures Art. 22). */
export function audits(one: WithRoles): boolean {
  return hasRole(one, ['AUDITOR']);
}

/** Finds every disclosure about a person who asks for it. */
export function answersPersons(one: WithRoles): boolean {
  return hasRole(one, ['AUDITOR', ...ADMINISTRATOR]);
}

export function administers(one: WithRoles): boolean {
  return hasRole(one, ADMINISTRATOR);
}
