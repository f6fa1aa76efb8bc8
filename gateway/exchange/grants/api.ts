import type { DepartmentDirectory } from '../../identity/index.ts';
import type { Grant } from '../../policy/index.ts';
import { oversees } from '../../roles.ts';
import type { Database } from '../../store/index.ts';
import type { Approval } from '../applications/answer.ts';
import type { Part } from '../applications/part.ts';
import { partiesTo } from '../applications/parties.ts';
import { readPart, readParts } from '../applications/queries.ts';
import { type Connection, connectionOf, type PageInput, readPage } from '../connection.ts';
import { batched, groupBy } from '../door/loader.ts';
import type { Caller, Resolvers } from '../module.ts';
import { once } from '../once.ts';
import { movesOf } from '../procedure.ts';
import { notFound, Refused } from '../refused.ts';
import { shownScope } from '../shown-scope.ts';
import { type GrantRecord, grantOf, readGrant, readGrants, stateOf } from './grant.ts';
import { grantParties, moveGrant, seesGrant, WHAT } from './move.ts';
import { cedarOf, recordOf } from './policy-grant.ts';
import { GRANT_PROCEDURE, type GrantMove } from './procedure.ts';
import { type SimulationParts, simulate } from './simulate.ts';

export interface GrantParts extends SimulationParts {
  readonly database: Database;
  readonly departments: DepartmentDirectory;
  /** The grants of the operator's file, which have no application. */
  fileGrants(): readonly Grant[];
}

interface GrantsAsked extends PageInput {
  readonly holder?: string | null;
  readonly provider?: string | null;
  readonly inForce?: boolean | null;
}
interface Moving {
  readonly id: string;
  readonly version: number;
  readonly reason?: string | null;
  readonly validUntil?: string | null;
  readonly idempotencyKey?: string | null;
}

/** Grants (授权), as the exchange API has them. */
export function grantsApi(parts: GrantParts): Resolvers {
  const { database, departments } = parts;
  const named = (code: string) => departments.byCode(code) ?? { code, name: code, nameEn: code };
  const grantById = batched((ids) => readGrants(database, ids));
  const partById = batched((ids, caller) => readParts(database, caller, ids));
  const historyOf = batched(async (ids) => {
    const rows = await database.query(
      `select grant_id, at, move, from_state as "from", to_state as "to", department as "providerCode", operator, reason
       from grant_history where grant_id = any($1) order by number`,
      [ids],
    );
    return groupBy(rows, (row) => String(row.grant_id));
  });
  const isInForce = (grant: GrantRecord): boolean =>
    stateOf(grant, parts.now()) === 'ACTIVE' && parts.now() >= grant.validFrom.getTime();
  /** A grant of the file opens items of several providers: each of them sees it. */
  const isSeen = (grant: GrantRecord, { department }: Caller): boolean =>
    seesGrant({ department }, grant) ||
    (grant.part === null && providersOf(parts, grant).includes(department.code));
  const find = async (id: string, caller: Caller): Promise<GrantRecord> => {
    const inFile = parts.fileGrants().find((one) => one.id === id);
    const grant = inFile ? recordOf(inFile) : await readGrant(database, id);
    if (!grant || !isSeen(grant, caller)) throw notFound(WHAT, id);
    return asSeen(parts, grant, caller);
  };
  const moving =
    (mutation: string, move: GrantMove) =>
    async (_: unknown, { input }: { input: Moving }, caller: Caller): Promise<GrantRecord> => {
      const { id, version, reason = null, validUntil = null, idempotencyKey: key } = input;
      const actor = { department: caller.department, operator: caller.principal.operator };
      if ((await find(id, caller)).part === null) throw isOfFile(id, move);
      const request = { caller, mutation, key, input };
      const moved = await once(database, request, (transaction) =>
        moveGrant(parts, transaction, { id, version, move, actor, reason, validUntil }),
      );
      return find(moved, caller);
    };

  return {
    Query: {
      grant: (_, { id }: { id: string }, caller) => find(id, caller),
      grants: async (_, asked: GrantsAsked, caller) => {
        const inFile = parts.fileGrants().map(recordOf);
        return listGrants(
          parts,
          caller,
          asked,
          inFile.filter((one) => isSeen(one, caller)).map((one) => asSeen(parts, one, caller)),
          isInForce,
        );
      },
      simulateGrant: async (
        _,
        asked: { part: string; terms?: Approval['terms']; days: number },
        caller: Caller,
      ) => {
        const part = await readPart(database, caller, asked.part);
        const parties = partiesTo(caller.department, part);
        // What a department has asked is its own business, and that of whoever is to decide on it.
        if (parties.length === 0) throw new Refused('FORBIDDEN', { what: 'simulateGrant', who: 'PROVIDER' });
        return simulate(parts, part, asked.terms, asked.days, caller.department.code);
      },
    },
    Mutation: {
      revokeGrant: moving('revokeGrant', 'REVOKE'),
      suspendGrant: moving('suspendGrant', 'SUSPEND'),
      resumeGrant: moving('resumeGrant', 'RESUME'),
      shortenGrant: moving('shortenGrant', 'SHORTEN'),
      returnGrant: moving('returnGrant', 'RETURN'),
    },
    ApplicationPart: { grant: ({ grant }: Part, _, caller) => grant && grantById(grant, caller) },
    Grant: {
      part: ({ part }: GrantRecord, _, caller) => part && partById(part, caller),
      holder: ({ holder }: GrantRecord) => named(holder),
      provider: ({ provider }: GrantRecord) => provider && named(provider),
      scope: ({ scope }: GrantRecord) => shownScope(scope),
      masks: ({ masks }: GrantRecord) =>
        Object.entries(masks).map(([coordinate, rule]) => ({ coordinate, rule })),
      state: (grant: GrantRecord) => stateOf(grant, parts.now()),
      inForce: isInForce,
      cedar: cedarOf,
      history: async ({ id }: GrantRecord, _, caller) => (await historyOf(id, caller)) ?? [],
      moves: (grant: GrantRecord, _, { department }) =>
        grant.part === null
          ? []
          : movesOf(GRANT_PROCEDURE, stateOf(grant, parts.now()), grantParties({ department }, grant)),
    },
    GrantEvent: {
      department: ({ providerCode }: { providerCode: string | null }) => providerCode && named(providerCode),
    },
  };
}

/** A grant of the file may open items of several providers: one of them is shown its own. */
function asSeen(parts: GrantParts, grant: GrantRecord, { department }: Caller): GrantRecord {
  if (grant.part !== null || seesGrant({ department }, grant)) return grant;
  const isOwn = (coordinate: string): boolean =>
    parts.index().rule(coordinate).provider.code === department.code;
  const coordinates = grant.coordinates.flatMap((one) => itemsOf(parts, one)).filter(isOwn);
  const masked = Object.entries(grant.masks).flatMap(([coordinate, rule]) =>
    itemsOf(parts, coordinate).map((one) => [one, rule] as const),
  );
  return {
    ...grant,
    coordinates,
    masks: Object.fromEntries(masked.filter(([coordinate]) => isOwn(coordinate))),
    scope: grant.scope.filter((one) => !('coordinate' in one) || isOwn(one.coordinate)),
  };
}

/** The items of a coordinate of a grant: itself, or all of a type's. */
function itemsOf(parts: GrantParts, coordinate: string): string[] {
  if (!coordinate.endsWith('.*')) return [coordinate];
  const type = coordinate.slice(0, -'*'.length);
  const all = [...parts.index().coordinates()].map((one): string => one.coordinate);
  return all.filter((one) => one.startsWith(type) && /^\w+\.\w+$/.test(one));
}

function providersOf(parts: GrantParts, grant: GrantRecord): string[] {
  return grant.coordinates
    .flatMap((one) => itemsOf(parts, one))
    .map((one) => parts.index().rule(one).provider.code);
}

function isOfFile(id: string, move: GrantMove): Refused {
  const state = '在授权文件中 in the operator’s file';
  return new Refused('ILLEGAL_MOVE', { what: WHAT, id, state, move, allowed: '—' });
}

/** Those of the file stand first: their ids (`G-…`) come after all others, and lists are newest first. */
async function listGrants(
  parts: GrantParts,
  { department }: Caller,
  asked: GrantsAsked,
  inFile: readonly GrantRecord[],
  isInForce: (grant: GrantRecord) => boolean,
): Promise<Connection<GrantRecord>> {
  const page = readPage(asked);
  const { holder = null, provider = null, inForce = null } = asked;
  const fromFile = inFile
    .filter((one) => page.after === null || one.id < page.after)
    .filter((one) => holder === null || one.holder === holder)
    .filter((one) => provider === null || providersOf(parts, one).includes(provider))
    .filter((one) => inForce === null || isInForce(one) === inForce)
    .sort((a, b) => (a.id < b.id ? 1 : -1));
  const rows = await parts.database.query(
    `select * from grants where ($1 or holder = $2 or provider = $2) and ($3::text is null or id < $3)
       and ($4::text is null or holder = $4) and ($5::text is null or provider = $5)
       and ($6::boolean is null or (status = 'ACTIVE' and valid_from <= $7 and valid_until > $7) = $6)
     order by id desc limit $8`,
    [
      oversees(department),
      department.code,
      page.after,
      holder,
      provider,
      inForce,
      new Date(parts.now()),
      page.limit + 1,
    ],
  );
  const all = [...fromFile, ...rows.map(grantOf)].slice(0, page.limit + 1);
  const byId = new Map(all.map((one) => [one.id, one]));
  return connectionOf(
    all.map(({ id }) => ({ id })),
    page,
    ({ id }) => byId.get(String(id)) ?? failing(String(id)),
  );
}

function failing(id: string): never {
  throw new Error(`grant ${id} was listed and is not there`);
}
