import { type SubmitEvent, useEffect, useState } from 'react';
import { askExchange } from './exchange.ts';
import { USES } from './purpose.ts';

interface Draft {
  readonly items: readonly {
    readonly coordinate: string;
    readonly name: string | null;
    readonly class: string;
    readonly provider: { readonly name: string };
    readonly condition: string | null;
  }[];
  readonly uses: readonly string[];
  readonly until: string;
  readonly due: { readonly due: string; readonly assumed: boolean };
}

interface Submitted {
  readonly id: string;
  readonly version: number;
  readonly parts: readonly {
    readonly state: string;
    readonly provider: { readonly name: string };
    readonly due: { readonly due: string } | null;
  }[];
}

const PREFILL = `query ($coordinates: [String!]!, $use: Use) { applicationDraft(coordinates: $coordinates, use: $use) {
  items { coordinate name class provider { name } condition } uses until due { due assumed } } }`;
const SAVE =
  'mutation ($input: SaveApplicationDraftInput!) { saved: saveApplicationDraft(input: $input) { id version } }';
const SUBMIT = `mutation ($input: SubmitApplicationInput!) { submitted: submitApplication(input: $input) {
  id version parts { state provider { name } due { due } } } }`;

/** What the link of a denied query asks for: `/?apply=Person.phone&use=ADMINISTRATIVE_BASIS&department=…`, which is who was denied it. */
export function linkedApplication(search: string): {
  readonly coordinates: readonly string[];
  readonly use: string | null;
  readonly department: string | null;
} {
  const parameters = new URLSearchParams(search);
  return {
    coordinates: parameters.getAll('apply'),
    use: parameters.get('use'),
    department: parameters.get('department'),
  };
}

/** An application (申请) with everything filled in that the link and the catalogue tell. */
export function ApplicationForm({ token }: { readonly token: string }) {
  const [{ coordinates, use }] = useState(() => linkedApplication(location.search));
  const [draft, setDraft] = useState<Draft | null>(null);
  const [submitted, setSubmitted] = useState<Submitted | null>(null);
  const [refusal, setRefusal] = useState('');

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setRefusal('');
    await work().catch((error: unknown) =>
      setRefusal(error instanceof Error ? error.message : String(error)),
    );
  };
  useEffect(() => {
    const load = async () => {
      const found = await askExchange<{ applicationDraft: Draft }>(token, PREFILL, { coordinates, use });
      setDraft(found.applicationDraft);
    };
    void load().catch((error: unknown) => setRefusal(String(error)));
  }, [token, coordinates, use]);

  const send = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const application = {
      items: draft?.items.map((one) => one.coordinate) ?? [],
      uses: form.getAll('uses'),
      duties: form.get('duties'),
      legalBasis: form.get('legalBasis'),
      expectedPerDay: Number(form.get('expectedPerDay')),
      until: form.get('until'),
    };
    void attempt(async () => {
      type Saved = { readonly saved: { readonly id: string; readonly version: number } };
      const { saved } = await askExchange<Saved>(token, SAVE, { input: { application } });
      const done = await askExchange<{ submitted: Submitted }>(token, SUBMIT, { input: saved });
      setSubmitted(done.submitted);
    });
  };

  return (
    <section className="application" aria-label="申请 Application">
      {refusal && <p role="alert">{refusal}</p>}
      {submitted && (
        <p className="submitted">
          已提交 Submitted: <code>{submitted.id}</code>
          {submitted.parts.map(
            ({ provider, state, due }) => ` · ${provider.name} ${state} ${due?.due.slice(0, 10) ?? ''}`,
          )}
        </p>
      )}
      {draft && !submitted && (
        <form onSubmit={send}>
          <h2>申请 Apply for</h2>
          <ul>
            {draft.items.map((one) => (
              <li key={one.coordinate}>
                <code>{one.coordinate}</code> {one.name}（{one.provider.name}，{one.class}）{one.condition}
              </li>
            ))}
          </ul>
          <fieldset>
            <legend>用途 Uses</legend>
            {USES.map(({ use: value, label }) => (
              <label key={value}>
                <input
                  type="checkbox"
                  name="uses"
                  value={value}
                  defaultChecked={draft.uses.includes(value)}
                />{' '}
                {label}
              </label>
            ))}
          </fieldset>
          <label>
            履职需要 Duties <input name="duties" required />
          </label>
          <label>
            依据 Legal basis <input name="legalBasis" required />
          </label>
          <label>
            每日约 Queries a day{' '}
            <input name="expectedPerDay" type="number" min={1} defaultValue={100} required />
          </label>
          <label>
            至 Until <input name="until" type="date" defaultValue={draft.until} required />
          </label>
          <button type="submit">提交 Submit</button>
          <small>
            今日提交，答复期限 submitted today, the answer is due {draft.due.due.slice(0, 10)}
            {draft.due.assumed && '（放假安排未公布，可能变动 may move）'}
          </small>
        </form>
      )}
    </section>
  );
}
