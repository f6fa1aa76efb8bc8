import type { Answer, Asking } from './system.ts';
import { EDUCATION } from './system.ts';

/** Asks the exchange API of some gateway. */
export type Exchange = (query: string, asking?: Asking) => Promise<Answer>;

export const CIVIL_AFFAIRS = '云溪市民政局';
export const POLICE = '云溪市公安局';
export const DATA_BUREAU = '云溪市数据局';
export const GOVERNMENT = '云溪市人民政府办公室';
export const AUDIT = '云溪市审计局';

const PART = `id version state isOverdue due { due assumed } answeredInTime ruleSet class items { coordinate name }
  provider { name } moves splitFrom grant { id version state inForce coordinates uses cedar validFrom validUntil }
  history { move from to reason operator department { name } }`;
const APPLICATION = `id version state submittedAt applicant { name } parts { ${PART} }`;

// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
type Any = any;

/** The moves of applications and grants as a test makes them: the first error's code, or what came of it. */
export function applying(exchange: Exchange) {
  const made = async (field: string, query: string, as: string, variables: object): Promise<Any> => {
    const { data, errors } = await exchange(query, { as, variables: { ...variables } });
    return errors[0] ? { code: errors[0].extensions.code, message: errors[0].message } : data[field];
  };
  const mutation = (field: string, type: string, shown: string) => (as: string, input: object) =>
    made(field, `mutation ($input: ${type}!) { ${field}(input: $input) { ${shown} } }`, as, { input });
  const asked = (items: readonly string[], more: object = {}) => ({
    items,
    uses: ['ADMINISTRATIVE_BASIS'],
    duties: '义务教育入学资格审核',
    legalBasis: '《中华人民共和国义务教育法》第十二条',
    expectedPerDay: 200,
    until: '2027-12-31',
    ...more,
  });
  const save = mutation('saveApplicationDraft', 'SaveApplicationDraftInput', APPLICATION);
  const submit = mutation('submitApplication', 'SubmitApplicationInput', APPLICATION);
  return {
    asked,
    save,
    submit,
    /** A submitted application of the education bureau. */
    async apply(items: readonly string[], more: object = {}, as = EDUCATION): Promise<Any> {
      const draft = await save(as, { application: asked(items, more) });
      return draft.code ? draft : submit(as, { id: draft.id, version: draft.version });
    },
    show: (as: string, id: string) =>
      made('application', `query ($id: ID!) { application(id: $id) { ${APPLICATION} } }`, as, { id }),
    approve: mutation('approveApplication', 'ApproveApplicationInput', PART),
    refuse: mutation('refuseApplication', 'MoveApplicationInput', PART),
    negotiate: mutation('negotiateApplication', 'MoveApplicationInput', PART),
    coordinate: mutation('coordinateApplication', 'MoveApplicationInput', PART),
    refer: mutation('referApplication', 'MoveApplicationInput', PART),
    decide: mutation('decideApplication', 'DecideApplicationInput', PART),
    withdraw: mutation('withdrawApplication', 'MoveApplicationInput', PART),
    revoke: mutation('revokeGrant', 'MoveGrantInput', 'id version state inForce'),
    suspend: mutation('suspendGrant', 'MoveGrantInput', 'id version state inForce'),
    resume: mutation('resumeGrant', 'MoveGrantInput', 'id version state inForce'),
    shorten: mutation('shortenGrant', 'ShortenGrantInput', 'id version state inForce validUntil'),
    giveBack: mutation('returnGrant', 'MoveGrantInput', 'id version state inForce'),
    list: (as: string, filter = '') =>
      made('applications', `{ applications${filter} { edges { node { ${APPLICATION} } } } }`, as, {}),
  };
}

/** Asks again until something holds; for what takes effect within a second. Fails, saying what it saw last, after ten. */
export async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
