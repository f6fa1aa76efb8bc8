import type { FieldNode } from 'graphql';
import type { ListSize } from '../../registry/index.ts';

type Variables = Readonly<Record<string, unknown>>;

/** How many items a list is expected to have; by request where a variable says it. */
export type Size = number | ((variables: Variables) => number);

/** Without a statement of the provider, a list counts as this many items. */
const DEFAULT_LIST_SIZE = 10;

/** The stated size of a field's list: the largest slicing argument, else the assumed size; null when nothing is stated. */
export function statedSize(
  size: ListSize | undefined,
  node: FieldNode,
  defaults: (argument: string) => unknown,
): Size | null {
  if (!size) return null;
  const fallback = size.assumedSize ?? DEFAULT_LIST_SIZE;
  const sizes = size.slicingArguments.flatMap((name): Size[] => {
    const value = node.arguments?.find((one) => one.name.value === name)?.value;
    if (value?.kind === 'IntValue') return [Number(value.value)];
    if (value?.kind === 'Variable') return [(variables) => asSize(variables[value.name.value], fallback)];
    const preset = defaults(name);
    return typeof preset === 'number' ? [preset] : [];
  });
  if (sizes.length === 0) return fallback;
  if (sizes.every((one) => typeof one === 'number')) return Math.max(0, ...sizes);
  return (variables) => Math.max(0, ...sizes.map((one) => (typeof one === 'number' ? one : one(variables))));
}

/** Size of a list field for which nothing is stated, or 1 for a single value. */
export function defaultSize(isList: boolean): number {
  return isList ? DEFAULT_LIST_SIZE : 1;
}

function asSize(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : fallback;
}
