import { UNCHANGED } from '../../registry/index.ts';
import { readOwners } from '../consents/owners.ts';
import { type Caller, requireRole } from '../module.ts';
import { badInput, notFound } from '../refused.ts';
import {
  type Change,
  changeLive,
  type Outcome,
  type PublishingParts,
  refusedFor,
  requireOwner,
} from './change.ts';
import { needingConsent, seenBy, UNEXAMINED } from './check.ts';
import { orWhyNot } from './not-carried-out.ts';
import { type LiveState, publicationOf, readPublication, writePublication } from './publications.ts';
import { by, publishWith, requireReason } from './publish.ts';
import { tellOf } from './tell.ts';
import { readVersion, subgraphOf, type Version, versionOf } from './versions.ts';

interface Keyed {
  readonly idempotencyKey?: string | null;
}

export interface RollBackInput {
  /** The subgraph whose earlier version is to be live again; without it everything goes back, which is the administrator's to do. */
  readonly subgraph?: string | null;
  readonly version?: number | null;
  readonly publication?: string | null;
  readonly reason: string;
}

/** Goes back to what was live before, or to what is named. Nothing is asked of the services: this is the way out of trouble. */
export async function rollBack(
  parts: PublishingParts,
  caller: Caller,
  input: RollBackInput & Keyed,
): Promise<Outcome> {
  if (input.reason.trim() === '') throw badInput('reason: 须说明理由 is needed');
  const request = { caller, mutation: 'rollBack', key: input.idempotencyKey, input };
  const { subgraph } = input;
  return changeLive(parts, request, (state) =>
    subgraph
      ? backToVersion(parts, caller, state, subgraph, input)
      : backToPublication(parts, caller, state, input),
  );
}

async function backToVersion(
  parts: PublishingParts,
  caller: Caller,
  state: LiveState,
  subgraph: string,
  { version: number, reason }: RollBackInput,
): Promise<Change> {
  const owner = await parts.ownerOf(subgraph);
  if (owner === null) throw notFound('子图 subgraph', subgraph);
  requireOwner(parts, caller, owner, `退回子图 ${subgraph} rolling back a subgraph`);
  const target =
    typeof number === 'number'
      ? await readVersion(parts.database, subgraph, number)
      : await liveBefore(parts, state, subgraph);
  if (!target) throw notFound('可退回的版本 version to go back to', `${subgraph} ${number ?? ''}`.trim());
  const live = state.versions.map((one) => subgraphOf(one, parts.nameOf));
  const candidate = subgraphOf(target, parts.nameOf);
  const operations = await seenBy(parts);
  const owners = await readOwners(parts.database);
  const { findings, composed, diff } = await orWhyNot(
    async () => {
      const required = await parts.composer.required(candidate, live);
      return parts.composer.examine({
        candidate,
        live,
        liveSdl: state.supergraphSdl,
        owners,
        operations,
        granted: required.coordinates.filter((one) => parts.isGranted(target.department, one)),
        reason,
        isForced: true,
        running: null,
      });
    },
    (refused) => ({ ...UNEXAMINED, findings: refused }),
  );
  if (findings.length > 0 || !composed) return { ok: false, outcome: refusedFor(findings, diff) };
  const needed = await needingConsent(parts, caller, composed, { sdl: target.sdl, reason });
  if (needed) return { ok: false, outcome: refusedFor(needed.findings, diff, needed.consents) };
  return {
    ok: true,
    write: async (transaction) => ({
      version: target.id,
      publication: await publishWith(
        parts,
        caller,
        state,
        target,
        'ROLL_BACK',
        reason,
        transaction,
        composed,
      ),
    }),
  };
}

/** The version of a subgraph that was live last before the one that is. */
async function liveBefore(
  { database }: PublishingParts,
  state: LiveState,
  subgraph: string,
): Promise<Version | null> {
  const live = state.versions.find((one) => one.subgraph === subgraph)?.id ?? '';
  const [row] = await database.query(
    `select v.* from subgraph_versions v join publication_versions p on p.version = v.id
     join publications b on b.id = p.publication
     where v.subgraph = $1 and v.id <> $2 order by b.number desc limit 1`,
    [subgraph, live],
  );
  return row ? versionOf(row) : null;
}

async function backToPublication(
  parts: PublishingParts,
  caller: Caller,
  state: LiveState,
  { publication, reason }: RollBackInput,
): Promise<Change> {
  requireRole(caller, '退回整个发布 rolling back everything', ['PLATFORM_ADMINISTRATOR']);
  const target = await readPublication(
    parts.database,
    publication ?? (await publicationBefore(parts, state)),
  );
  const operations = await seenBy(parts);
  const findings = await orWhyNot(
    () =>
      parts.composer.rehearse(
        {
          subgraphs: target.versions.map((one) => subgraphOf(one, parts.nameOf)),
          supergraphSdl: target.supergraphSdl,
          live: state.versions.map((one) => subgraphOf(one, parts.nameOf)),
          liveSdl: state.supergraphSdl,
          operations,
        },
        caller.department.code,
      ),
    (refused) => refused,
  );
  if (findings.length > 0) return { ok: false, outcome: refusedFor(findings) };
  return {
    ok: true,
    async write(transaction) {
      const id = parts.nextId();
      const row = { id, what: 'ROLL_BACK', subgraph: null, ...by(parts, caller, reason) } as const;
      const { revision } = target.publication;
      // All of it was live together: what owners had said then, and had consented to.
      const composed = { revision, supergraphSdl: target.supergraphSdl, ownership: UNCHANGED };
      await writePublication(parts, transaction, row, target.versions, composed);
      return { version: null, publication: id };
    },
  };
}

async function publicationBefore({ database }: PublishingParts, { publication }: LiveState): Promise<string> {
  const [row] = await database.query(
    'select * from publications where number < $1 and revision <> $2 order by number desc limit 1',
    [publication.number, publication.revision],
  );
  if (!row) throw notFound('更早的发布 earlier publication', String(publication.number));
  return publicationOf(row).id;
}

/** Takes a subgraph out of what is live. Its name and its versions stay its department's. */
export async function retireSubgraph(
  parts: PublishingParts,
  caller: Caller,
  input: { readonly name: string; readonly reason: string; readonly force: boolean } & Keyed,
): Promise<Outcome> {
  if (input.reason.trim() === '') throw badInput('reason: 须说明理由 is needed');
  requireReason(input);
  const { name, reason, force } = input;
  const request = { caller, mutation: 'retireSubgraph', key: input.idempotencyKey, input };
  return changeLive(parts, request, async (state): Promise<Change> => {
    const version = state.versions.find((one) => one.subgraph === name);
    if (!version) throw notFound('在线的子图 live subgraph', name);
    requireOwner(parts, caller, version.department, `停用子图 ${name} retiring a subgraph`);
    const operations = await seenBy(parts);
    const owners = await readOwners(parts.database);
    const live = state.versions.map((one) => subgraphOf(one, parts.nameOf));
    const task = { name, live, liveSdl: state.supergraphSdl, owners, operations, isForced: force };
    const { findings, composed, affected } = await orWhyNot(
      () => parts.composer.retire(task, caller.department.code),
      (refused) => ({ ...UNEXAMINED, findings: refused }),
    );
    if (findings.length > 0 || !composed) return { ok: false, outcome: refusedFor(findings) };
    const needed = await needingConsent(parts, caller, composed, { sdl: version.sdl, reason });
    if (needed) return { ok: false, outcome: refusedFor(needed.findings, [], needed.consents) };
    return {
      ok: true,
      async write(transaction) {
        const id = parts.nextId();
        const left = state.versions.filter((one) => one.id !== version.id);
        const row = { id, what: 'RETIRE', subgraph: name, ...by(parts, caller, reason) } as const;
        await writePublication(parts, transaction, row, left, composed);
        const told = [...affected, ...parts.holders(name)];
        await tellOf(parts, transaction, 'SUBGRAPH_RETIRED', name, told, caller.department.code);
        return { version: version.id, publication: id };
      },
    };
  });
}
