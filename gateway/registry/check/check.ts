import type { Zone } from '../../words.ts';
import type { CompositionProblem } from '../compose.ts';
import { type Prepared, type PreparedResult, preparePublication } from '../prepare.ts';
import type { Subgraph } from '../rules.ts';
import { createSources, type Sources } from '../sources.ts';
import { elsewhere } from '../zones.ts';
import { brokenOperations } from './broken-operations.ts';
import { catalogueFindings, sharingOf } from './catalogue-rules.ts';
import { requiresFindings } from './consumption-rules.ts';
import { type Finding, finding } from './finding.ts';
import type { Model } from './model.ts';
import type { SeenOperation } from './seen-operation.ts';
import { filterFindings, sourceFindings } from './source-rules.ts';

export interface CheckInput {
  readonly candidate: Subgraph;
  /** All subgraphs that are live, the candidate's own earlier version included. */
  readonly live: readonly Subgraph[];
  readonly sources: Sources;
  readonly operations: readonly SeenOperation[];
  /** Does the candidate's department hold a grant for a coordinate? */
  isGranted(coordinate: string): boolean;
  /** Why classes change, as the department states it. */
  readonly reason?: string;
  /** Operations that break are accepted. Nothing else can be forced. */
  readonly isForced?: boolean;
  /** The supergraph that is live, where it was composed before. */
  readonly liveSdl?: string;
  /** Instead of `preparePublication`, by whoever keeps what was prepared. */
  prepare?(subgraphs: readonly Subgraph[], sources: Sources, known?: string): PreparedResult;
}

/** What examining came to: every reason against, and what would be live if there is none. */
export interface Examined {
  readonly findings: readonly Finding[];
  /** Findings that were overridden. */
  readonly forced: readonly Finding[];
  /** Codes of the departments whose operations break. */
  readonly affected: readonly string[];
  /** Null when it does not compose. */
  readonly prepared: Prepared | null;
}

/** Bounds that a real department's schema is far below. */
const MOST_BYTES = 1_000_000;
const MOST_TYPES = 3_000;
const MOST_FIELDS = 20_000;

const SUBGRAPH_NAME = /^[a-z][a-z0-9-]{1,62}$/;
const RESERVED_SUBGRAPHS = new Set(['liancha', 'exchange', 'gateway', 'platform', 'admin']);

/** Every reason why a subgraph may not go live; none when it may. Pure: what needs a network is in `reach.ts`. */
export function checkSubgraph({ specification, zone = null, ...input }: StandaloneCheck): readonly Finding[] {
  return examineSubgraph({ ...input, sources: createSources(specification, zone) }).findings;
}

/** A check of SDLs that nobody has read yet. */
export type StandaloneCheck = Omit<CheckInput, 'sources'> & {
  readonly specification: string;
  readonly zone?: Zone | null;
};

/** The same, with what would be live. */
export function examineSubgraph(input: CheckInput): Examined {
  const { candidate, live, sources } = input;
  const names = nameFindings(candidate, live);
  const refuse = (finding: Finding): Examined => ({
    findings: [...names, finding],
    forced: [],
    affected: [],
    prepared: null,
  });
  const size = sizeFinding(candidate.sdl);
  if (size) return refuse(size);
  let model: Model;
  try {
    model = sources.model(candidate);
  } catch (error) {
    const text = `SDL 不能解析 The SDL cannot be parsed: ${messageOf(error)}`;
    return refuse(finding('COMPOSITION_ERROR', null, text));
  }
  const fields = [...model.types.values()].reduce((sum, type) => sum + type.fields.length, 0);
  if (model.types.size > MOST_TYPES || fields > MOST_FIELDS) {
    const text = `${model.types.size} 个类型、${fields} 个字段，超过上限 exceed the limit of ${MOST_TYPES} types and ${MOST_FIELDS} fields`;
    return refuse(finding('COMPOSITION_ERROR', null, text));
  }
  const others = live.filter((one) => one.name !== candidate.name);
  const otherModels = others.flatMap((one) => modelOf(one, sources));
  const own = live.find((one) => one.name === candidate.name);
  const found = [
    ...names,
    ...catalogueFindings(model),
    ...zoneFindings(model, sources.zone),
    ...sourceFindings(model, otherModels),
    ...filterFindings(model, otherModels),
    ...requiresFindings(model, otherModels, input.isGranted),
    ...(own && !input.reason ? classChangeFindings(model, modelOf(own, sources)[0] ?? null) : []),
  ];
  // A name that cannot be used must not hide what else is wrong.
  const named = SUBGRAPH_NAME.test(candidate.name) ? candidate : { ...candidate, name: 'candidate' };
  const result = (input.prepare ?? preparePublication)([...others, named], sources);
  if (!result.ok) return uncomposed([...found, ...compositionFindings(result.problems, found)]);
  return withOperations(found, input, result.prepared);
}

function uncomposed(findings: readonly Finding[]): Examined {
  return { findings, forced: [], affected: [], prepared: null };
}

/** Only that operations break may be forced. */
function withOperations(
  found: readonly Finding[],
  input: Omit<CheckInput, 'candidate' | 'isGranted'>,
  prepared: Prepared,
): Examined {
  const broken = brokenOperations(input.operations, prepared.consumerSdl, () => liveSchemaOf(input));
  const findings = broken.map(({ finding }) => finding);
  const affected = [...new Set(broken.flatMap((one) => one.departments))];
  return input.isForced
    ? { findings: found, forced: findings, affected, prepared }
    : { findings: [...found, ...findings], forced: [], affected, prepared };
}

/** What consumers see of what is live; null where that cannot be prepared, which then breaks nothing. */
function liveSchemaOf({ live, sources, liveSdl, prepare }: Omit<CheckInput, 'candidate' | 'isGranted'>) {
  const result = (prepare ?? preparePublication)(live, sources, liveSdl);
  return result.ok ? result.prepared.consumerSdl : null;
}

/** Every reason why a subgraph may not be taken out of what is live. */
export function examineRetirement(
  name: string,
  input: Omit<CheckInput, 'candidate' | 'isGranted'>,
): Examined {
  const { live, sources } = input;
  const left = live.filter((one) => one.name !== name);
  if (left.length === 0) {
    const text = '最后一个子图不能停用。 The last subgraph cannot be retired.';
    return uncomposed([finding('COMPOSITION_ERROR', null, text)]);
  }
  const result = (input.prepare ?? preparePublication)(left, sources);
  if (!result.ok) return uncomposed(compositionFindings(result.problems, []));
  return withOperations([], input, result.prepared);
}

/** Other departments' items that a subgraph is computed from: those for which its department may need a grant. */
export function requiredCoordinates(
  candidate: Subgraph,
  live: readonly Subgraph[],
  sources: Sources,
): string[] {
  if (sizeFinding(candidate.sdl)) return [];
  const [model] = modelOf(candidate, sources);
  if (!model) return [];
  const found = new Set<string>();
  const others = live.filter((one) => one.name !== candidate.name).flatMap((one) => modelOf(one, sources));
  requiresFindings(model, others, (coordinate) => found.add(coordinate) !== null);
  return [...found];
}

function nameFindings({ name, provider }: Subgraph, live: readonly Subgraph[]): Finding[] {
  const found: Finding[] = [];
  if (!SUBGRAPH_NAME.test(name)) {
    const text = `子图名 ${JSON.stringify(name)} 只能用小写字母、数字和连字符，以字母开头。 A subgraph name has lower-case letters, digits and hyphens only, beginning with a letter.`;
    found.push(finding('RESERVED_NAME', null, text));
  } else if (RESERVED_SUBGRAPHS.has(name))
    found.push(finding('RESERVED_NAME', null, `子图名 ${name} 是保留名。 The name is reserved.`));
  const owner = live.find((one) => one.name === name)?.provider;
  if (owner && owner.code !== provider.code)
    found.push(
      finding(
        'RESERVED_NAME',
        null,
        `子图名 ${name} 属于${owner.name}。 The name belongs to another department.`,
      ),
    );
  return found;
}

function sizeFinding(sdl: string): Finding | null {
  const bytes = Buffer.byteLength(sdl);
  if (bytes <= MOST_BYTES) return null;
  const text = `SDL 有 ${bytes} 字节，超过上限 ${MOST_BYTES}。 The SDL is larger than the limit.`;
  return finding('COMPOSITION_ERROR', null, text);
}

function modelOf(subgraph: Subgraph, sources: Sources): Model[] {
  try {
    return [sources.model(subgraph)];
  } catch {
    return []; // What is live was parsed when it was published.
  }
}

/** Measures Art. 11: what is of the other network is published there; here not even its name is. */
function zoneFindings(model: Model, zone: Zone | null): Finding[] {
  if (zone === null) return [];
  return elsewhere(model, zone).map(({ coordinate, zones }) => {
    const stated = zones.join(', ') || '—';
    const text = `${coordinate} 属于另一网络（zones: ${stated}），不得在本网络（${zone}）发布。请从本子图中去掉，在其所属网络发布。 It is of another network; leave it out here, and publish it there.`;
    return finding('ZONE_ELSEWHERE', coordinate, text);
  });
}

function classChangeFindings(candidate: Model, before: Model | null): Finding[] {
  return [...candidate.types.values()].flatMap((type) =>
    type.fields.flatMap((field) => {
      const oldType = before?.types.get(type.name);
      const oldField = oldType?.fields.find((one) => one.name === field.name);
      if (!oldType || !oldField) return [];
      const pairs = [
        [field, oldField] as const,
        ...field.args.flatMap((arg) => {
          const oldArg = oldField.args.find((one) => one.name === arg.name);
          return oldArg ? [[arg, oldArg] as const] : [];
        }),
      ];
      return pairs.flatMap(([now, old]): Finding[] => {
        const [is, was] = [sharingOf(type, now)?.class, sharingOf(oldType, old)?.class];
        if (is === was || is === undefined || was === undefined) return [];
        const text = `${now.coordinate} 的共享类型由 ${String(was)} 改为 ${String(is)}，须说明理由（--reason）。 Its class changes; state the reason with --reason.`;
        return [finding('CLASS_CHANGED_WITHOUT_REASON', now.coordinate, text)];
      });
    }),
  );
}

/** Composition's own words, less what the checks have said already in the law's. */
function compositionFindings(problems: readonly CompositionProblem[], found: readonly Finding[]): Finding[] {
  return problems.flatMap(({ code, message }): Finding[] => {
    if (code === 'RESERVED_NAME') return [finding('RESERVED_NAME', null, message)];
    const isTold = (told: Finding['code']): boolean => found.some((one) => one.code === told);
    if (code === 'INVALID_FIELD_SHARING' && isTold('SEVERAL_SOURCES')) return [];
    if (/Directive "@?[\w]*(resource|item)" argument/.test(message) && isTold('CATALOGUE_INCOMPLETE'))
      return [];
    return [finding('COMPOSITION_ERROR', null, `${code}: ${message}`)];
  });
}

function messageOf(error: unknown): string {
  return error instanceof RangeError
    ? '嵌套过深 nested too deeply'
    : error instanceof Error
      ? error.message
      : String(error);
}
