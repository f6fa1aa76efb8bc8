import { z } from 'zod';
import { askAs } from '../ask.ts';
import { ClientError } from '../client.ts';

const Named = z.object({ code: z.string(), name: z.string() });
const Event = z.object({
  at: z.string(),
  move: z.string(),
  from: z.string(),
  to: z.string(),
  department: Named.nullable(),
  operator: z.string().nullable(),
  reason: z.string().nullable(),
});
const Part = z.object({
  id: z.string(),
  version: z.number(),
  state: z.string(),
  class: z.string(),
  provider: Named,
  items: z.array(z.object({ coordinate: z.string(), name: z.string().nullable() })),
  due: z.object({ due: z.string(), assumed: z.boolean() }).nullable(),
  isOverdue: z.boolean(),
  answeredInTime: z.boolean().nullable(),
  ruleSet: z.string().nullable(),
  grant: z.object({ id: z.string(), state: z.string() }).nullable(),
  moves: z.array(z.string()),
  history: z.array(Event),
});
export type Part = z.infer<typeof Part>;

const Application = z.object({
  id: z.string(),
  version: z.number(),
  state: z.string().nullable(),
  applicant: Named,
  submittedAt: z.string().nullable(),
  uses: z.array(z.string()),
  duties: z.string(),
  legalBasis: z.string(),
  expectedPerDay: z.number(),
  from: z.string().nullable(),
  until: z.string(),
  parts: z.array(Part),
});
export type Application = z.infer<typeof Application>;

const PART_FIELDS = `id version state class provider { code name } items { coordinate name } due { due assumed } isOverdue
  answeredInTime ruleSet grant { id state } moves
  history { at move from to department { code name } operator reason }`;
const FIELDS = `id version state applicant { code name } submittedAt uses duties legalBasis expectedPerDay from until
  parts { ${PART_FIELDS} }`;

/** An application by its id, or that of one of its parts. */
export async function showApplication(as: string | undefined, id: string): Promise<Application> {
  const query = `query ($id: ID!) { application(id: $id) { ${FIELDS} } }`;
  return (await askAs(as, query, { id }, z.object({ application: Application }))).application;
}

const Page = z.object({
  applications: z.object({
    edges: z.array(z.object({ node: Application })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

export async function listApplications(as: string | undefined, variables: Record<string, unknown>) {
  const query = `query ($as: ApplicationSide, $state: ApplicationState, $overdue: Boolean, $first: Int, $after: String) {
    applications(as: $as, state: $state, overdue: $overdue, first: $first, after: $after) {
      edges { node { ${FIELDS} } } pageInfo { hasNextPage endCursor } } }`;
  return (await askAs(as, query, variables, Page)).applications;
}

/** Saves or submits: a mutation that answers with the application. */
export async function changeApplication(
  as: string | undefined,
  field: 'saveApplicationDraft' | 'submitApplication',
  input: object,
): Promise<Application> {
  const type = field === 'submitApplication' ? 'SubmitApplicationInput' : 'SaveApplicationDraftInput';
  const query = `mutation ($input: ${type}!) { changed: ${field}(input: $input) { ${FIELDS} } }`;
  return (await askAs(as, query, { input }, z.object({ changed: Application }))).changed;
}

/** Moves one part: a mutation that answers with the part. */
export async function changePart(
  as: string | undefined,
  field: string,
  type: string,
  input: object,
): Promise<Part> {
  const query = `mutation ($input: ${type}!) { changed: ${field}(input: $input) { ${PART_FIELDS} } }`;
  return (await askAs(as, query, { input }, z.object({ changed: Part }))).changed;
}

/**
 * The part that a move is about: the one that was named; of an application's, the one of the named provider, or the only one for which the
 * move is open to us. Where none is open the only part is taken, so that the platform says why not.
 */
export function choosePart(
  application: Application,
  id: string,
  provider: string | undefined,
  moves: readonly string[],
): Part {
  const named = application.parts.filter(
    (one) =>
      (id === application.id || one.id === id) &&
      (provider === undefined || one.provider.code === provider || one.provider.name === provider),
  );
  const open = named.filter((one) => one.moves.some((move) => moves.includes(move)));
  const candidates = open.length > 0 ? open : named;
  const [part] = candidates;
  if (part && candidates.length === 1) return part;
  const listed = candidates.map((one) => `  ${one.id}  ${one.provider.name}  ${one.state}`).join('\n');
  throw new ClientError(`请指明部分 name the part, or its provider with --provider:\n${listed}`);
}

export function describePart(part: Part): string {
  const { due, grant } = part;
  const clock =
    due === null
      ? ''
      : `  期限 due ${due.due.slice(0, 10)}${due.assumed ? '（放假安排未公布，可能变动 may move）' : ''}${part.isOverdue ? '  逾期 OVERDUE' : ''}`;
  const lines = [
    `  ${part.state.padEnd(16)} ${part.provider.name}${clock}`,
    `    ${part.id}  第 ${part.version} 版 version ${part.version}`,
    ...part.items.map(({ coordinate, name }) => `    ${coordinate.padEnd(36)} ${name ?? ''}`.trimEnd()),
    ...(grant ? [`    授权 grant ${grant.id}  ${grant.state}`] : []),
    ...(part.moves.length > 0 ? [`    现在可以 possible now: ${part.moves.join(', ')}`] : []),
  ];
  return lines.join('\n');
}

export function describeApplication(application: Application): string {
  const { id, version, applicant, uses, submittedAt } = application;
  const { from, until, expectedPerDay } = application;
  const period = `  期限 period ${from === null ? '自答复起 from the answer' : from} — ${until}  预计每日记录 expected records a day ${expectedPerDay}`;
  const head = `${id}  第 ${version} 版 version ${version}  ${applicant.name}  ${uses.join(', ')}  ${submittedAt ?? '草稿 draft'}`;
  return [head, period, ...application.parts.map(describePart)].join('\n');
}
