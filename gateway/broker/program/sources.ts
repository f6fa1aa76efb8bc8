import { Kind, parse, type SelectionSetNode } from 'graphql';
import { fragmentsOf } from '../operation/index.ts';
import { askedOfEntities, askedSet } from './request.ts';
import type { Task } from './tasks.ts';

/** The only subgraph that brings a value, by the path of response keys to it; null where there are several, or none. */
export type SourceAt = (path: readonly string[]) => string | null;

/** Where the values of an answer come from, as its plan has it. */
export function sourcesOf(tasks: readonly Task[]): SourceAt {
  const sources = new Map<string, Set<string>>();
  for (const { node, path } of tasks) {
    const document = parse(node.operation, { noLocation: true });
    const fragments = fragmentsOf(document);
    const renamed = new Map(
      (node.outputRewrites ?? []).flatMap((one) =>
        one.kind === 'KeyRenamer' ? [[one.path.at(-1) ?? '', one.renameKeyTo] as const] : [],
      ),
    );
    const note = (set: SelectionSetNode, above: string): void => {
      for (const one of set.selections) {
        if (one.kind === Kind.FIELD) {
          const key = one.alias?.value ?? one.name.value;
          for (const name of [key, renamed.get(key)]) {
            if (name === undefined) continue;
            const at = `${above}.${name}`;
            sources.set(at, (sources.get(at) ?? new Set()).add(node.serviceName));
            if (one.selectionSet) note(one.selectionSet, at);
          }
        } else if (one.kind === Kind.INLINE_FRAGMENT) note(one.selectionSet, above);
        else {
          const fragment = fragments.get(one.name.value);
          if (fragment) note(fragment.selectionSet, above);
        }
      }
    };
    const steps = path.filter((one) => one !== '@').map((one) => `.${one}`);
    note(node.requires ? askedOfEntities(document) : askedSet(document), steps.join(''));
  }
  return (path) => {
    const [only = null, ...others] = sources.get(path.map((one) => `.${one}`).join('')) ?? [];
    return others.length === 0 ? only : null;
  };
}
