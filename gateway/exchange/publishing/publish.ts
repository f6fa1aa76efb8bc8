import { type Finding, finding } from '../../registry/index.ts';
import { consentFindings } from '../consents/findings.ts';
import type { Caller } from '../module.ts';
import { badInput, notFound } from '../refused.ts';
import { type Change, changeLive, type Outcome, type PublishingParts, refusedFor } from './change.ts';
import { type Checked, checkPublication, needingConsent, statedUrl } from './check.ts';
import { type LiveState, readCurrent, type What, writePublication } from './publications.ts';
import { tellOf } from './tell.ts';
import { digestOf, insertVersion, readVersion, type Version } from './versions.ts';

export interface PublishInput {
  readonly name: string;
  readonly sdl: string;
  readonly url?: string | null;
  readonly reason?: string | null;
  readonly force: boolean;
  readonly promote: boolean;
}

interface Keyed {
  readonly idempotencyKey?: string | null;
}

/** Checks a subgraph, stores it as the next version, and puts it live unless it is to wait. */
export async function publishSubgraph(
  parts: PublishingParts,
  caller: Caller,
  input: PublishInput & Keyed,
): Promise<Outcome> {
  requireReason(input);
  const { name, sdl, promote } = input;
  const request = { caller, mutation: 'publishSubgraph', key: input.idempotencyKey, input };
  return changeLive(parts, request, async (state): Promise<Change> => {
    const before = state.versions.find((one) => one.subgraph === name) ?? null;
    const asked = input.url ?? before?.url ?? parts.configuredUrl(name) ?? null;
    if (asked === null) {
      const text = '请以 url 注明服务地址（--url）。 State where the service answers (--url).';
      return { ok: false, outcome: refusedFor([finding('URL_NOT_ALLOWED', null, text)]) };
    }
    const request = { name, sdl, url: asked, reason: input.reason ?? null, isForced: input.force };
    const checked = await checkPublication(parts, caller, request, state);
    if (checked.findings.length > 0 || !checked.composed)
      return { ok: false, outcome: refusedFor(allFindings(checked), checked.diff) };
    const { composed } = checked;
    const asking = { sdl, reason: input.reason ?? null };
    const needed = await needingConsent(parts, caller, composed, asking);
    // What waits changes nothing yet: it is kept, and goes live when the owners have consented.
    if (needed && promote)
      return { ok: false, outcome: refusedFor(needed.findings, checked.diff, needed.consents) };
    const consents = needed?.consents.map(({ id }) => id) ?? [];
    const url = statedUrl(parts, asked, name, before?.url);
    return {
      ok: true,
      async write(transaction) {
        // The same again is no new version.
        if (before && before.digest === digestOf(sdl) && before.url === url)
          return { version: before.id, publication: state.publication.id };
        const version = await insertVersion(transaction, {
          id: parts.nextId(),
          subgraph: name,
          sdl,
          url,
          ...by(parts, caller, input.reason),
          forced: briefly(checked),
          diff: checked.diff.slice(0, MOST_CHANGES),
        });
        if (!promote) return { version: version.id, publication: null, consents };
        const id = await publishWith(
          parts,
          caller,
          state,
          version,
          'PUBLISH',
          input.reason,
          transaction,
          composed,
        );
        await tellOf(parts, transaction, 'OPERATIONS_BROKEN', name, checked.affected, caller.department.code);
        return { version: version.id, publication: id };
      },
    };
  });
}

/** Puts a version live that waits, or that was live before. It is checked against what is live now. */
export async function promoteSubgraph(
  parts: PublishingParts,
  caller: Caller,
  input: {
    readonly name: string;
    readonly version: number;
    readonly reason?: string | null;
    readonly force: boolean;
  } & Keyed,
): Promise<Outcome> {
  requireReason(input);
  const { name } = input;
  const request = { caller, mutation: 'promoteSubgraph', key: input.idempotencyKey, input };
  return changeLive(parts, request, async (state): Promise<Change> => {
    const version = await readVersion(parts.database, name, input.version);
    if (!version || version.department !== caller.department.code)
      throw notFound('子图版本 version', `${name} ${input.version}`);
    if (state.versions.some((one) => one.id === version.id))
      return {
        ok: true,
        write: async () => ({ version: version.id, publication: state.publication.id }),
      };
    const url = version.url ?? parts.configuredUrl(name) ?? null;
    const asked = { name, sdl: version.sdl, url, reason: input.reason ?? null, isForced: input.force };
    const checked = await checkPublication(parts, caller, asked, state);
    const { composed, diff, affected } = checked;
    if (checked.findings.length > 0 || !composed)
      return { ok: false, outcome: refusedFor(allFindings(checked), diff) };
    const asking = { sdl: version.sdl, reason: input.reason ?? version.reason };
    const needed = await needingConsent(parts, caller, composed, asking);
    if (needed) return { ok: false, outcome: refusedFor(needed.findings, diff, needed.consents) };
    return {
      ok: true,
      async write(transaction) {
        const { reason } = input;
        const publication = await publishWith(
          parts,
          caller,
          state,
          version,
          'PROMOTE',
          reason,
          transaction,
          composed,
        );
        await tellOf(parts, transaction, 'OPERATIONS_BROKEN', name, affected, caller.department.code);
        return { version: version.id, publication };
      },
    };
  });
}

/** What is live, with one version in the place of that subgraph's other. */
export async function publishWith(
  parts: PublishingParts,
  caller: Caller,
  state: LiveState,
  version: Version,
  what: What,
  reason: string | null | undefined,
  transaction: Parameters<typeof writePublication>[1],
  composed: NonNullable<Checked['composed']>,
): Promise<string> {
  const others = state.versions.filter((one) => one.subgraph !== version.subgraph);
  const publication = { id: parts.nextId(), what, subgraph: version.subgraph, ...by(parts, caller, reason) };
  await writePublication(parts, transaction, publication, [...others, version], composed);
  return publication.id;
}

/** Every reason at once. Owners are asked only when theirs is the last. */
function allFindings({ findings, missing }: Checked): Finding[] {
  return [...findings, ...consentFindings(missing)];
}

const MOST_CHANGES = 500;

/** Who, when and why. */
export function by(
  parts: Pick<PublishingParts, 'now'>,
  { principal }: Caller,
  reason: string | null | undefined,
) {
  const { department, operator } = principal;
  return { department, operator, reason: reason ?? null, at: new Date(parts.now()) };
}

function briefly({ forced }: Checked): Version['forced'] {
  return forced.map(({ code, message }) => ({ code, message }));
}

export function requireReason(input: { readonly reason?: string | null; readonly force: boolean }): void {
  if (input.force && !input.reason?.trim()) throw badInput('force: 须说明理由 needs a reason');
}

/** A dry run: what would stand against a publication. */
export async function checkSubgraphNow(
  parts: PublishingParts,
  caller: Caller,
  input: Omit<PublishInput, 'promote'>,
): Promise<Outcome> {
  const state = await readCurrent(parts.database);
  if (!state) throw new Error('nothing has been published yet');
  const { name, sdl, url = null, reason = null, force } = input;
  const checked = await checkPublication(parts, caller, { name, sdl, url, reason, isForced: force }, state);
  const findings = allFindings(checked);
  return { ...checked, findings, ok: findings.length === 0, version: null, publication: null, consents: [] };
}
