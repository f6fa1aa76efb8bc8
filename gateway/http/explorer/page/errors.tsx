/** One error of an answer, as the gateway writes it. */
export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: {
    readonly code?: string;
    readonly coordinate?: string;
    readonly class?: string;
    readonly provider?: string;
    readonly apply?: string;
    readonly messages?: { readonly 'zh-CN': string; readonly en: string };
  };
}

const CLASSES: Readonly<Record<string, string>> = {
  UNCONDITIONAL: '无条件共享',
  CONDITIONAL: '有条件共享',
  WITHHELD: '不予共享',
};

/** What was denied and why, for people: both languages, who decides, where to apply. */
export function ErrorCards({ errors }: { readonly errors: readonly AnswerError[] }) {
  if (errors.length === 0) return null;
  return (
    <section className="errors" aria-label="未提供的信息项 Items not given">
      {errors.map(({ message, path, extensions = {} }) => (
        <article
          key={`${extensions.code} ${path?.join('.') ?? message}`}
          className="error"
          data-code={extensions.code}
        >
          <header>
            <strong>{extensions.code ?? 'ERROR'}</strong>
            {extensions.coordinate && <code>{extensions.coordinate}</code>}
            {extensions.class && <span className="tag">{CLASSES[extensions.class]}</span>}
            {extensions.provider && <span className="provider">{extensions.provider}</span>}
            {extensions.apply && <a href={extensions.apply}>申请 Apply</a>}
          </header>
          <p>{extensions.messages?.['zh-CN'] ?? message}</p>
          {extensions.messages && <p lang="en">{extensions.messages.en}</p>}
        </article>
      ))}
    </section>
  );
}
