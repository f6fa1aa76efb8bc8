import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { DepartmentCode, SharingClass, Zone } from '../../words.ts';
import { readCatalogue } from '../catalogue.ts';
import { harmlessQuestions } from '../check/harmless-questions.ts';
import {
  type Examined,
  examineRetirement,
  examineSubgraph,
  type Finding,
  finding,
  mismatchFinding,
  requiredCoordinates,
  type SeenOperation,
} from '../check/index.ts';
import type { Model } from '../check/model.ts';
import { createOwnership } from '../check/ownership/index.ts';
import { type Probe, probesOf } from '../check/probes.ts';
import { MOST_PLANNED, touchingOperations } from '../check/touching-operations.ts';
import { diffVersions } from '../diff.ts';
import {
  foreignProblems,
  type Prepared,
  type PreparedResult,
  preparePublication,
  revisionOf,
} from '../prepare.ts';
import type { Revivable } from '../publication.ts';
import type { Subgraph } from '../rules.ts';
import { createSources } from '../sources.ts';
import type { Composed, ExamineTask, Results, Task } from './messages.ts';
import { type Part, partsOf, wholeOf } from './parts.ts';

/** What is to be taken up, and with what that is tried. */
export interface Rehearsed {
  readonly prepared: Revivable;
  /** Operations that were asked lately. */
  readonly operations: readonly SeenOperation[];
  /** Others, which try what changes. */
  probes(schema: GraphQLSchema): readonly Probe[];
}

/** Takes up what was prepared as an instance does, and tells which operations fail there. It throws where it cannot be taken up at all. */
export type Rehearse = (rehearsed: Rehearsed) => Promise<readonly Fault[]>;

export interface Fault {
  readonly coordinate: string | null;
  readonly text: string;
  /** Is the operation one that could be asked? Otherwise it is not valid. */
  readonly isAdmitted: boolean;
  readonly message: string;
}

type Owned = Pick<ExamineTask, 'live' | 'liveSdl' | 'owners' | 'operations'> & {
  readonly actor: DepartmentCode;
  readonly subgraph: string;
};

interface Kept {
  readonly composed: Composed | null;
  readonly findings: readonly Finding[];
}

/** What is live, against which a change is held. */
interface Before {
  readonly live: readonly Subgraph[];
  readonly liveSdl: string;
}

type Tell = (part: Part) => void;

/** Carries out what is asked of the process that composes; `tell` takes what is large of a result, before it. */
export function createComposing(
  specification: string,
  zone: Zone | null,
  rehearse: Rehearse,
): (task: Task, tell: Tell) => Promise<Results[keyof Results]> {
  const sources = createSources(specification, zone);
  /** What was just checked is what will go live. */
  const kept = new LRUCache<string, Prepared>({ max: 3 });

  const prepare = (subgraphs: readonly Subgraph[], supergraphSdl: string | null = null): PreparedResult => {
    const known = kept.get(revisionOf(subgraphs));
    if (known) return { ok: true, prepared: { ...known, subgraphs } };
    return preparePublication(subgraphs, sources, supergraphSdl ?? undefined);
  };

  /** With what is of the other network nothing is served here, whichever way it came. */
  const prepareForServing = (
    subgraphs: readonly Subgraph[],
    supergraphSdl: string | null,
  ): PreparedResult => {
    const result = prepare(subgraphs, supergraphSdl);
    const foreign = result.ok ? foreignProblems(subgraphs, sources) : [];
    return foreign.length > 0 ? { ok: false, problems: foreign } : result;
  };

  const examineOwnership = createOwnership(sources);

  /** Why a schema cannot be read, its examination tells. */
  const questionsOf = (candidate: Subgraph): string[] => {
    try {
      return harmlessQuestions(sources.document(candidate));
    } catch {
      return [];
    }
  };

  /** Keeps what was checked, with what it changes of others'. Where what is live cannot be read that cannot be told: then nothing goes live. */
  const keep = ({ prepared }: Examined, task: Owned | undefined): Kept => {
    if (!prepared || !task) return { composed: null, findings: [] };
    const { live, liveSdl, owners, operations, ...rest } = task;
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
      operations: operations.map(({ text, departments }) => ({
        text,
        departments: departments.map(({ code }) => code),
      })),
      ...rest,
    });
    return { composed: { revision, supergraphSdl, ownership }, findings: [] };
  };

  /** Handed over in parts and put together again, as it comes to an instance. */
  const faultsOf = async (
    { rules, consumerSdl, ...rest }: Prepared,
    operations: readonly SeenOperation[],
    probes: Rehearsed['probes'],
  ): Promise<readonly Fault[]> => {
    const { catalogue: _, ...whole } = await wholeOf([...partsOf(rules, consumerSdl, [])]);
    return rehearse({ prepared: { ...rest, ...whole }, operations, probes });
  };

  /** What can be taken up no better now is no reason against what comes next. */
  const newFaults = async (
    faults: readonly Fault[],
    { live, liveSdl }: Before,
  ): Promise<readonly Fault[]> => {
    if (faults.length === 0) return faults;
    const before = prepare(live, liveSdl);
    if (!before.ok) return faults;
    const again = await faultsOf(before.prepared, [], () =>
      faults.map(({ text }) => ({ coordinate: '', text })),
    ).catch(() => []);
    return faults.filter(({ text }) => !again.some((one) => one.text === text && one.isAdmitted));
  };

  const takeUpFindings = async (
    prepared: Prepared,
    task: Before & { readonly operations: readonly SeenOperation[] },
    candidate: Model | null,
  ): Promise<Finding[]> => {
    try {
      const { operations } = task;
      const touching = candidate
        ? touchingOperations(candidate, operations)
        : operations.slice(0, MOST_PLANNED);
      const faults = await faultsOf(prepared, touching, (schema) =>
        candidate ? probesOf(schema, candidate) : [],
      );
      return (await newFaults(faults, task)).map(({ coordinate, message }) =>
        takeUpFinding(coordinate, message),
      );
    } catch (error) {
      const isLive = await canBeTakenUp(task);
      return [takeUpFinding(null, isLive ? messageOf(error) : `${LIVE_CANNOT} ${messageOf(error)}`)];
    }
  };

  const canBeTakenUp = async ({ live, liveSdl }: Before): Promise<boolean> => {
    const before = prepare(live, liveSdl);
    return (
      before.ok &&
      faultsOf(before.prepared, [], () => []).then(
        () => true,
        () => false,
      )
    );
  };

  const examine = async (task: ExamineTask): Promise<Results['examine']> => {
    const { candidate, live, liveSdl, operations, granted, reason, isForced, running } = task;
    const examined = examineSubgraph({
      candidate,
      live,
      liveSdl,
      sources,
      prepare: (subgraphs, _, known) => prepare(subgraphs, known),
      operations,
      isGranted: (coordinate) => granted.includes(coordinate),
      isForced,
      ...(reason !== null && { reason }),
    });
    const mismatch = running === null ? null : mismatchFinding(candidate.sdl, running);
    // What cannot be read has no differences, and what cannot be composed is not taken up.
    const { prepared, forced, affected } = examined;
    const owned = keep(examined, { ...task, actor: candidate.provider.code, subgraph: candidate.name });
    const model = prepared ? sources.model(candidate) : null;
    const findings = [
      ...examined.findings,
      ...(mismatch ? [mismatch] : []),
      ...owned.findings,
      ...(prepared ? await takeUpFindings(prepared, task, model) : []),
    ];
    const before = live.find((one) => one.name === candidate.name)?.sdl ?? null;
    const diff = prepared ? await diffVersions(before, candidate.sdl) : [];
    const resources = model ? readCatalogue([model]) : [];
    return { findings, forced, affected, diff, resources, composed: owned.composed };
  };

  return async (task, tell) => {
    switch (task.kind) {
      case 'required':
        return {
          coordinates: requiredCoordinates(task.candidate, task.live, sources),
          questions: questionsOf(task.candidate),
        };
      case 'diff':
        return diffVersions(task.before, task.after);
      case 'examine':
        return examine(task);
      case 'retire': {
        const examined = examineRetirement(task.name, {
          ...task,
          sources,
          prepare: (left, _, known) => prepare(left, known),
        });
        const { forced, affected, prepared } = examined;
        const failed = prepared ? await takeUpFindings(prepared, task, null) : [];
        const actor = task.live.find(({ name }) => name === task.name)?.provider.code;
        const owned = keep(examined, actor && { ...task, actor, subgraph: task.name });
        const findings = [...examined.findings, ...owned.findings, ...failed];
        return { findings, forced, affected, composed: owned.composed };
      }
      case 'rehearse': {
        const result = prepareForServing(task.subgraphs, task.supergraphSdl);
        return result.ok
          ? takeUpFindings(result.prepared, task, null)
          : result.problems.map(({ code, message }) => takeUpFinding(null, `${code}: ${message}`));
      }
      case 'prepare': {
        const result = prepareForServing(task.subgraphs, task.supergraphSdl);
        if (!result.ok) return result;
        const { rules, consumerSdl, ...prepared } = result.prepared;
        const classes = new Map<string, SharingClass>(rules.map((one) => [one.coordinate, one.class]));
        const catalogue = readCatalogue(
          task.subgraphs.map(sources.model),
          (coordinate) => classes.get(coordinate) ?? 'WITHHELD',
        );
        for (const part of partsOf(rules, consumerSdl, catalogue)) tell(part);
        return { ok: true, prepared };
      }
      default:
        return task satisfies never;
    }
  };
}

const LIVE_CANNOT =
  '在线的发布本身已无法投入使用，请共享平台管理单位先退回（liancha subgraph rollback --all）。What is live cannot be taken up by itself: the platform administrator has to go back first.';

function takeUpFinding(coordinate: string | null, message: string): Finding {
  const text = `网关无法投入使用 The gateway could not take it up${coordinate === null ? '' : ` (${coordinate})`}: ${message}`;
  return finding('TAKE_UP_FAILED', coordinate, text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
