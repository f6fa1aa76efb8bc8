import type { DepartmentDirectory } from '../../identity/index.ts';
import { oversees } from '../../roles.ts';
import type { Database, Queryable } from '../../store/index.ts';
import type { Use } from '../../words.ts';
import { batched } from '../door/loader.ts';
import type { Caller, Resolvers } from '../module.ts';
import { once } from '../once.ts';
import { shownScope } from '../shown-scope.ts';
import { type Approval, approvePart } from './answer.ts';
import { clockFigures } from './clocks.ts';
import { type DraftParts, prefill, saveDraft, submitDraft } from './draft.ts';
import { movePart, openMoves } from './move.ts';
import type { Part } from './part.ts';
import type { Move } from './procedure.ts';
import {
  type ApplicationRecord,
  type ApplicationsAsked,
  listApplications,
  readApplication,
  readApplications,
  readHistories,
  readPart,
  readPartsOf,
} from './queries.ts';

export interface ApplicationParts extends DraftParts {
  readonly database: Database;
  readonly departments: DepartmentDirectory;
}

interface Keyed {
  readonly idempotencyKey?: string | null;
}
interface Moving extends Keyed {
  readonly part: string;
  readonly version: number;
  readonly reason?: string | null;
}
interface Saving extends Keyed {
  readonly id?: string | null;
  readonly version?: number | null;
  readonly application: unknown;
}

/** Applications (申请), as the exchange API has them. */
export function applicationsApi(parts: ApplicationParts): Resolvers {
  const { database, departments } = parts;
  const named = (code: string) => departments.byCode(code) ?? { code, name: code, nameEn: code };
  const applicationOf = batched((ids, caller) => readApplications(database, caller, ids));
  const partsLoaded = batched((ids, caller) => readPartsOf(database, caller, ids));
  const partsOf = async ({ id }: ApplicationRecord, caller: Caller) => (await partsLoaded(id, caller)) ?? [];
  const historyOf = batched((ids) => readHistories(database, ids));

  /** Carries out a mutation once for its key, and shows the part that it moved. */
  const onPart = async (
    mutation: string,
    input: Keyed,
    caller: Caller,
    work: (transaction: Queryable) => Promise<string>,
  ): Promise<Part> => {
    const request = { caller, mutation, key: input.idempotencyKey, input };
    return readPart(database, caller, await once(database, request, work));
  };
  const actorOf = ({ department, principal }: Caller) => ({ department, operator: principal.operator });
  const moving =
    (mutation: string, move: (input: Moving) => Move) =>
    (_: unknown, { input }: { input: Moving }, caller: Caller) =>
      onPart(mutation, input, caller, async (transaction) => {
        const { part, version, reason = null } = input;
        const request = { part, version, reason, move: move(input), actor: actorOf(caller) };
        return (await movePart(parts, transaction, request)).after.id;
      });
  const onApplication = async (
    mutation: string,
    input: Keyed,
    caller: Caller,
    work: (transaction: Queryable) => Promise<string>,
  ): Promise<ApplicationRecord> => {
    const request = { caller, mutation, key: input.idempotencyKey, input };
    return readApplication(database, caller, await once(database, request, work));
  };

  return {
    Query: {
      applicationDraft: (_, asked: { coordinates: string[]; use?: Use | null }) =>
        prefill(parts, asked.coordinates, asked.use ?? null),
      application: (_, { id }: { id: string }, caller) => readApplication(database, caller, id),
      applications: (_, asked: ApplicationsAsked, caller) => listApplications(database, caller, asked),
      clocks: (_, __, { department }) =>
        clockFigures(database, oversees(department) ? null : department.code),
    },
    Mutation: {
      saveApplicationDraft: (_, { input }: { input: Saving }, caller) =>
        onApplication('saveApplicationDraft', input, caller, (transaction) => {
          const { id, version, application } = input;
          const saved = { input: application, ...(id && { id }), ...(version && { version }) };
          return saveDraft(parts, transaction, caller, saved);
        }),
      submitApplication: (_, { input }: { input: Keyed & { id: string; version: number } }, caller) =>
        onApplication('submitApplication', input, caller, (transaction) =>
          submitDraft(parts, transaction, caller, input),
        ),
      approveApplication: (_, { input }: { input: Keyed & Approval }, caller) =>
        onPart('approveApplication', input, caller, (transaction) =>
          approvePart(parts, transaction, actorOf(caller), input),
        ),
      refuseApplication: moving('refuseApplication', () => 'REFUSE'),
      negotiateApplication: moving('negotiateApplication', () => 'NEGOTIATE'),
      coordinateApplication: moving('coordinateApplication', () => 'COORDINATE'),
      referApplication: moving('referApplication', () => 'REFER'),
      withdrawApplication: moving('withdrawApplication', () => 'WITHDRAW'),
      decideApplication: (_, asked: { input: Moving & { decision: 'ORDER' | 'UPHOLD' } }, caller) =>
        moving('decideApplication', () => asked.input.decision)(_, asked, caller),
    },
    DraftItem: { provider: ({ provider }: { provider: string }) => named(provider) },
    Application: {
      applicant: ({ applicant }: ApplicationRecord) => named(applicant),
      // What others are asked is no business of a provider's.
      items: async (application: ApplicationRecord, _, caller) =>
        application.applicant === caller.department.code
          ? application.content.items
          : (await partsOf(application, caller)).flatMap(({ items }) => items),
      uses: ({ content }: ApplicationRecord) => content.uses,
      duties: ({ content }: ApplicationRecord) => content.duties,
      legalBasis: ({ content }: ApplicationRecord) => content.legalBasis,
      expectedPerDay: ({ content }: ApplicationRecord) => content.expectedPerDay,
      from: ({ content }: ApplicationRecord) => content.from && new Date(content.from),
      until: ({ content }: ApplicationRecord) => new Date(content.until),
      scope: ({ content }: ApplicationRecord) => shownScope(content.scope),
      contact: ({ content }: ApplicationRecord) => content.contact,
      note: ({ content }: ApplicationRecord) => content.note,
      parts: (application: ApplicationRecord, _, caller) => partsOf(application, caller),
      state: async (application: ApplicationRecord, _, caller) => {
        const states = new Set((await partsOf(application, caller)).map(({ state }) => state));
        return states.size === 1 ? [...states][0] : null;
      },
    },
    ApplicationPart: {
      application: ({ application }: Part, _, caller) => applicationOf(application, caller),
      provider: ({ provider }: Part) => named(provider),
      items: ({ items }: Part) =>
        items.map((coordinate) => ({ coordinate, name: parts.index().rule(coordinate).item ?? null })),
      history: async ({ id }: Part, _, caller) => (await historyOf(id, caller)) ?? [],
      moves: (part: Part, _, { department }) => openMoves(parts, part, department),
    },
    ApplicationEvent: {
      department: ({ providerCode }: { providerCode: string | null }) => providerCode && named(providerCode),
    },
    ProviderClock: { provider: ({ provider }: { provider: string }) => named(provider) },
  };
}
