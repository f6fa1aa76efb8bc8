import { LRUCache } from 'lru-cache';
import { letGatewayGoFirst } from '../../priority.ts';
import { type DepartmentCode, type SharingClass, ZONES } from '../../words.ts';
import { readCatalogue } from '../catalogue.ts';
import {
  type Examined,
  examineRetirement,
  examineSubgraph,
  type Finding,
  finding,
  mismatchFinding,
  requiredCoordinates,
} from '../check/index.ts';
import { createOwnership } from '../check/ownership/index.ts';
import { diffVersions } from '../diff.ts';
import {
  foreignProblems,
  type Prepared,
  type PreparedResult,
  preparePublication,
  revisionOf,
} from '../prepare.ts';
import type { Subgraph } from '../rules.ts';
import { createSources } from '../sources.ts';
import type { Asked, Composed, ExamineTask, Results, Task, Told } from './messages.ts';
import { partsOf } from './parts.ts';

/**
 * `node composing-process.js <text of sharing.graphql> [<network>]`: composes and checks what its parent asks. It is a process and no thread, as the
 * engine compiles and collects for all threads of a process in the same helpers, which queries wait for.
 */
if (!process.send) throw new Error('this is the process that composes, started by the gateway');
process.on('SIGINT', () => undefined); // A terminal tells the gateway as well, which may still need what is under way.
process.on('SIGTERM', () => undefined);
process.once('disconnect', () => process.exit());

letGatewayGoFirst();
const sources = createSources(process.argv[2] ?? '', ZONES.find((one) => one === process.argv[3]) ?? null);
const examineOwnership = createOwnership(sources);
/** What was just checked is what will go live. */
const kept = new LRUCache<string, Prepared>({ max: 3 });

const tell = (told: Told): void => {
  process.send?.(told);
};

process.on('message', ({ id, task }: Asked) => {
  carryOut(id, task).then(
    (result) => tell({ kind: 'done', id, result }),
    (error: unknown) => {
      tell({ kind: 'failed', id, message: error instanceof Error ? (error.stack ?? '') : String(error) });
    },
  );
});

async function carryOut(id: number, task: Task): Promise<Results[keyof Results]> {
  switch (task.kind) {
    case 'required':
      return requiredCoordinates(task.candidate, task.live, sources);
    case 'diff':
      return diffVersions(task.before, task.after);
    case 'examine':
      return examine(task);
    case 'retire': {
      const examined = examineRetirement(task.name, { ...task, sources, prepare: (left) => prepare(left) });
      const actor = task.live.find(({ name }) => name === task.name)?.provider.code;
      const kept = keep(examined, actor && { ...task, actor, subgraph: task.name });
      return {
        findings: [...examined.findings, ...kept.findings],
        forced: examined.forced,
        composed: kept.composed,
      };
    }
    case 'prepare': {
      const result = prepare(task.subgraphs, task.supergraphSdl);
      if (!result.ok) return result;
      const foreign = foreignProblems(task.subgraphs, sources);
      if (foreign.length > 0) return { ok: false, problems: foreign };
      const { rules, consumerSdl, ...prepared } = result.prepared;
      const classes = new Map<string, SharingClass>(rules.map((one) => [one.coordinate, one.class]));
      const catalogue = readCatalogue(
        task.subgraphs.map(sources.model),
        (coordinate) => classes.get(coordinate) ?? 'WITHHELD',
      );
      for (const part of partsOf(rules, consumerSdl, catalogue)) tell({ kind: 'part', id, part });
      return { ok: true, prepared };
    }
    default:
      return task satisfies never;
  }
}

async function examine(task: ExamineTask): Promise<Results['examine']> {
  const { candidate, live, operations, granted, reason, isForced, running } = task;
  const examined = examineSubgraph({
    candidate,
    live,
    sources,
    prepare: (subgraphs) => prepare(subgraphs),
    operations,
    isGranted: (coordinate) => granted.includes(coordinate),
    isForced,
    ...(reason !== null && { reason }),
  });
  const mismatch = running === null ? null : mismatchFinding(candidate.sdl, running);
  const findings = mismatch ? [...examined.findings, mismatch] : examined.findings;
  // What cannot be read has no differences.
  const before = live.find((one) => one.name === candidate.name)?.sdl ?? null;
  const { prepared, forced } = examined;
  const diff = prepared ? await diffVersions(before, candidate.sdl) : [];
  const resources = prepared ? readCatalogue([sources.model(candidate)]) : [];
  const kept = keep(examined, { ...task, actor: candidate.provider.code, subgraph: candidate.name });
  return { findings: [...findings, ...kept.findings], forced, diff, resources, composed: kept.composed };
}

type Owned = Pick<ExamineTask, 'live' | 'liveSdl' | 'owners' | 'operations'> & {
  readonly actor: DepartmentCode;
  readonly subgraph: string;
};

/** Keeps what was checked, with what it changes of others'. Where what is live cannot be read that cannot be told: then nothing goes live. */
function keep(
  { prepared }: Examined,
  task: Owned | undefined,
): { composed: Composed | null; findings: Finding[] } {
  if (!prepared || !task) return { composed: null, findings: [] };
  const { live, liveSdl, owners, ...rest } = task;
  const before = live.length === 0 ? null : prepare(live, liveSdl);
  if (before?.ok === false) {
    const text = `在线的子图无法读取，不能比较。 What is live cannot be read, so nothing can be held against it: ${before.problems.map(({ message }) => message).join(' ')}`;
    return { composed: null, findings: [finding('COMPOSITION_ERROR', null, text)] };
  }
  const { revision, supergraphSdl } = prepared;
  kept.set(revision, prepared);
  const ownership = examineOwnership({
    before: before?.prepared ?? null,
    after: prepared,
    record: owners,
    ...rest,
  });
  return { composed: { revision, supergraphSdl, ownership }, findings: [] };
}

function prepare(subgraphs: readonly Subgraph[], supergraphSdl: string | null = null): PreparedResult {
  const known = kept.get(revisionOf(subgraphs));
  if (known) return { ok: true, prepared: { ...known, subgraphs } };
  return preparePublication(subgraphs, sources, supergraphSdl ?? undefined);
}
