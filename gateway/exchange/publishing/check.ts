import type { AssertedRequest } from '../../broker/index.ts';
import {
  type CatalogueResource,
  type Composed,
  type Composer,
  type Finding,
  finding,
  type OwnedChanges,
  type SchemaChange,
  type SeenOperation,
  type Subgraph,
} from '../../registry/index.ts';
import type { Database } from '../../store/index.ts';
import { type Consent, consentsOf } from '../consents/consent.ts';
import { unconsented } from '../consents/covering.ts';
import { consentFindings } from '../consents/findings.ts';
import { readOwners } from '../consents/owners.ts';
import { requestConsents } from '../consents/request.ts';
import type { Caller } from '../module.ts';
import { orWhyNot } from './not-carried-out.ts';
import type { AskedOperation } from './operations.ts';
import type { LiveState } from './publications.ts';
import { judgeUrl, type ReachParts } from './reach.ts';
import { runningSdl } from './running-sdl.ts';
import { callService, type ServiceAt } from './service-call.ts';
import { type Stranger, unprotectedFinding } from './unprotected.ts';
import { configuredUrl, digestOf, subgraphOf } from './versions.ts';

/** What a check needs of the platform. */
export interface CheckParts extends ReachParts {
  readonly database: Database;
  readonly composer: Pick<Composer, 'required' | 'examine' | 'retire' | 'rehearse' | 'diff'>;
  /** Operations that consumers have asked lately. */
  operations(): Promise<readonly AskedOperation[]>;
  /** Does a department hold a grant for a coordinate now? */
  isGranted(department: string, coordinate: string): boolean;
  /** What the catalogue has against publishing resources. */
  catalogueFaults(resources: readonly CatalogueResource[]): Promise<readonly Finding[]>;
  /** The `Authorization` with which a department's own subgraph is asked for its schema. */
  authorize(subgraph: string, caller: Caller, request: AssertedRequest): string;
  /** The `Authorization`s of those whom a service must not answer. */
  strangers(subgraph: string, caller: Caller): readonly Stranger[];
  /** Whose a subgraph's name is, also when nothing of it is live. */
  ownerOf(subgraph: string): Promise<string | null>;
  nameOf(department: string): string;
}

export interface CheckRequest {
  readonly name: string;
  readonly sdl: string;
  /** Where the service is asked which schema it runs; null: it is not asked. */
  readonly url: string | null;
  readonly reason: string | null;
  readonly isForced: boolean;
}

/** What a check came to. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly forced: readonly Finding[];
  /** Codes of the departments whose operations break. */
  readonly affected: readonly string[];
  readonly diff: readonly SchemaChange[];
  /** What would be live; null when it does not compose. */
  readonly composed: Composed | null;
  /** What it changes of others' without their consent, which no force replaces. */
  readonly missing: readonly OwnedChanges[];
}

/** Every reason why a subgraph may not go live, those that only its running service shows included. */
export async function checkPublication(
  parts: CheckParts,
  caller: Caller,
  asked: CheckRequest,
  state: LiveState,
): Promise<Checked> {
  const { name, sdl, reason, isForced } = asked;
  const { department } = caller;
  const live = state.versions.map((one) => subgraphOf(one, parts.nameOf));
  const before = state.versions.find((one) => one.subgraph === name);
  const candidate: Subgraph = {
    name,
    sdl,
    url: statedUrl(parts, asked.url, name, before?.url) ?? configuredUrl(name),
    provider: { code: department.code, name: department.name },
  };
  const owner = await parts.ownerOf(name);
  const isOthers = owner !== null && owner !== department.code;
  // Another's service is not asked on a stranger's behalf.
  const reached = asked.url === null || isOthers ? NOT_ASKED : await reach(parts, caller, name, asked.url);
  const operations = await seenBy(parts);
  const owners = await readOwners(parts.database);
  let questions: readonly string[] = [];
  const { resources, ...examined } = await orWhyNot(
    async () => {
      const required = await parts.composer.required(candidate, live);
      questions = required.questions;
      const granted = required.coordinates.filter((one) => parts.isGranted(department.code, one));
      const running = reached.sdl;
      return parts.composer.examine({
        candidate,
        live,
        liveSdl: state.supergraphSdl,
        owners,
        operations,
        granted,
        reason,
        isForced,
        running,
      });
    },
    (findings) => ({ ...UNEXAMINED, findings }),
  );
  const found = [...examined.findings, ...reached.findings];
  if (reached.at && asked.url !== null)
    found.push(...(await askedByStrangers(parts, caller, name, reached.at, questions)));
  if (isOthers && !found.some(({ code }) => code === 'RESERVED_NAME'))
    found.push(
      finding(
        'RESERVED_NAME',
        null,
        `子图名 ${name} 属于${parts.nameOf(owner)}。 The name belongs to another department.`,
      ),
    );
  // Of a schema that cannot be read, or whose name is not the department's, the catalogue has nothing to say.
  if (!found.some(({ code }) => code === 'COMPOSITION_ERROR' || code === 'RESERVED_NAME'))
    found.push(...(await parts.catalogueFaults(resources)));
  const { composed } = examined;
  // Under another department's name everything is another's: that it is refused for the name says it all.
  const missing = composed && !isOthers ? await unconsented(parts.database, composed.ownership) : [];
  return { ...examined, findings: found, missing };
}

/** What owners have to consent to before a publication may go live: never the candidate's to force. */
export interface NeedsConsent {
  readonly findings: readonly Finding[];
  readonly consents: readonly Consent[];
}

/** Asks the owners for the consents that a publication needs and does not have; null when it has all. */
export async function needingConsent(
  parts: Pick<CheckParts, 'database'> & { nextId(): string; now(): number },
  caller: Caller,
  { ownership }: Composed,
  { sdl, reason }: { readonly sdl: string; readonly reason: string | null },
): Promise<NeedsConsent | null> {
  const { database } = parts;
  const missing = await unconsented(database, ownership);
  if (missing.length === 0) return null;
  const asking = { ownership, missing, sdlDigest: digestOf(sdl), reason };
  const ids = await database.transaction((transaction) =>
    requestConsents(parts, transaction, caller, asking),
  );
  return { findings: consentFindings(missing), consents: await consentsOf(database, ids) };
}

/** What a check without a result tells besides why it has none. */
export const UNEXAMINED = { forced: [], affected: [], diff: [], resources: [], composed: null };

/** Operations with the departments' names, as findings tell them. */
export async function seenBy(
  parts: Pick<CheckParts, 'operations' | 'nameOf'>,
): Promise<readonly SeenOperation[]> {
  const operations = await parts.operations();
  return operations.map(({ text, name, departments }) => ({
    text,
    name,
    departments: departments.map((code) => ({ code, name: parts.nameOf(code) })),
  }));
}

/** The address that a version states: none where it is the configured one, as each instance has its own. */
export function statedUrl(
  parts: ReachParts,
  asked: string | null,
  name: string,
  before: string | null | undefined,
): string | null {
  if (asked === null) return before ?? null;
  return asked === parts.configuredUrl(name) ? null : asked;
}

interface Reached {
  readonly sdl: string | null;
  /** Where the service answers; null where it is not asked, or does not answer. */
  readonly at: ServiceAt | null;
  readonly findings: readonly Finding[];
}

const NOT_ASKED: Reached = { sdl: null, at: null, findings: [] };

async function reach(parts: CheckParts, caller: Caller, name: string, url: string): Promise<Reached> {
  const judged = await judgeUrl(parts, { name, url, department: caller.department.code });
  if (!judged.ok) return { ...NOT_ASKED, findings: [judged.finding] };
  const at = { url, isTrusted: judged.isTrusted };
  const service = callService(at);
  try {
    const running = await runningSdl(service, (request) => parts.authorize(name, caller, request));
    if (running.ok) return { sdl: running.sdl, at, findings: [] };
    return { ...NOT_ASKED, findings: [finding('SCHEMA_MISMATCH', null, `${url}: ${running.why}`)] };
  } finally {
    await service.close();
  }
}

/** What it answers somebody whom it should not. */
async function askedByStrangers(
  parts: CheckParts,
  caller: Caller,
  name: string,
  at: ServiceAt,
  questions: readonly string[],
): Promise<readonly Finding[]> {
  const service = callService(at);
  try {
    const found = await unprotectedFinding(service, at.url, parts.strangers(name, caller), questions);
    return found ? [found] : [];
  } finally {
    await service.close();
  }
}
