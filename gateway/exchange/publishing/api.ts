import { connectionOf, type PageInput, readPage } from '../connection.ts';
import type { Caller, Resolvers } from '../module.ts';
import { notFound } from '../refused.ts';
import type { PublishingParts } from './change.ts';
import {
  type PublicationRow,
  publicationOf,
  readCurrent,
  readPublication,
  readVersions,
  type Standing,
} from './publications.ts';
import { checkSubgraphNow, type PublishInput, promoteSubgraph, publishSubgraph } from './publish.ts';
import { readVersion, type Version } from './versions.ts';
import { type RollBackInput, retireSubgraph, rollBack } from './withdraw.ts';

type Move<Input> = { readonly input: Input };

/** Publishing, as the exchange API has it. */
export function publishingApi(parts: PublishingParts): Resolvers {
  const { database } = parts;
  /** One of a department's own versions, or another's: schemas are public to departments (Measures Art. 7). */
  const versionAt = async (name: string, number: number): Promise<Version> => {
    const version = await readVersion(database, name, number);
    if (!version) throw notFound('子图版本 version', `${name} ${number}`);
    return version;
  };
  return {
    Query: {
      async subgraphs() {
        const state = await readCurrent(database);
        return (state?.versions ?? []).map((version) => ({ ...summary(parts, version), live: version }));
      },
      async subgraph(_, { name }: { name: string }) {
        const versions = await readVersions(database, name);
        const [last] = versions;
        if (!last) throw notFound('子图 subgraph', name);
        const live = versions.find(({ status }) => status === 'LIVE') ?? null;
        return { ...summary(parts, live ?? last), live, versions };
      },
      async subgraphDiff(_, { name, from, to }: { name: string; from: number; to: number }, caller) {
        const [before, after] = [await versionAt(name, from), await versionAt(name, to)];
        return parts.composer.diff(before.sdl, after.sdl, caller.department.code);
      },
      async publications(_, input: PageInput) {
        const page = readPage(input);
        const rows = await database.query(
          `select * from publications where ($1::text is null or id < $1) order by id desc limit $2`,
          [page.after, page.limit + 1],
        );
        return connectionOf(rows, page, publicationOf);
      },
    },
    Mutation: {
      checkSubgraph: (_, { input }: { input: Omit<PublishInput, 'promote'> }, caller) =>
        checkSubgraphNow(parts, caller, input),
      publishSubgraph: (_, { input }: Move<PublishInput>, caller) => publishSubgraph(parts, caller, input),
      promoteSubgraph: (_, { input }: Move<Parameters<typeof promoteSubgraph>[2]>, caller) =>
        promoteSubgraph(parts, caller, input),
      rollBack: (_, { input }: Move<RollBackInput>, caller) => rollBack(parts, caller, input),
      retireSubgraph: (_, { input }: Move<Parameters<typeof retireSubgraph>[2]>, caller) =>
        retireSubgraph(parts, caller, input),
    },
    SubgraphVersion: {
      url: (version: Shown, _, caller) =>
        mayRead(version, caller) ? (version.url ?? parts.configuredUrl(version.subgraph) ?? null) : null,
      operator: (version: Shown, _, caller) => (mayRead(version, caller) ? version.operator : null),
      reason: (version: Shown, _, caller) => (mayRead(version, caller) ? version.reason : null),
      at: ({ at }: Version) => at,
    },
    Publication: {
      versions: async ({ id }: PublicationRow) => (await readPublication(database, id)).versions,
    },
  };
}

/** A version, with where it stands when it is shown in a history. */
type Shown = Version & { readonly status?: Standing };

/** Where what only waits would run, who made it and why is its department's business, and that of who runs and audits the platform. */
function mayRead({ status, department: owner }: Shown, { department }: Caller): boolean {
  const { code, roles } = department;
  return (
    status !== 'PUBLISHED' ||
    code === owner ||
    roles.includes('PLATFORM_ADMINISTRATOR') ||
    roles.includes('AUDITOR')
  );
}

function summary({ nameOf }: PublishingParts, { subgraph, sdl, department }: Version) {
  return { name: subgraph, sdl, provider: { code: department, name: nameOf(department) } };
}
