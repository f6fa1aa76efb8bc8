import type { FieldNode, ValueNode } from 'graphql';
import type { SharingIndex, Source } from '../registry/index.ts';

const MARKS = new Set(['verify', 'crossCheck']);

/** Is the field only to be checked against a value that the consumer holds? */
export function isVerify(node: FieldNode): boolean {
  return (node.directives ?? []).some((one) => one.name.value === 'verify');
}

export function isCrossCheck(node: FieldNode): boolean {
  return (node.directives ?? []).some((one) => one.name.value === 'crossCheck');
}

/** The value that a consumer holds, as `@verify(equals:)` has it. */
export function heldValue(node: FieldNode): ValueNode | null {
  const directive = node.directives?.find((one) => one.name.value === 'verify');
  return directive?.arguments?.find((one) => one.name.value === 'equals')?.value ?? null;
}

/** The field without the marks that are for the gateway: no provider sees them, nor the value that is checked. */
export function withoutMarks(node: FieldNode): FieldNode {
  const { directives = [] } = node;
  const kept = directives.filter((one) => !MARKS.has(one.name.value));
  return kept.length === directives.length ? node : { ...node, directives: kept };
}

/** A field whose sources are compared (多元校核). */
export interface CrossCheck {
  readonly type: string;
  readonly field: string;
  /** The source whose value is the answer; null where it cannot be asked for one object. */
  readonly authoritative: Source | null;
  readonly sources: readonly Source[];
  /** Every source is asked by the gateway itself, so that the answer is that of the authoritative one for certain. */
  readonly isAskedApart: boolean;
}

export function crossCheckOf(index: SharingIndex, type: string, field: string): CrossCheck {
  const { sources = [] } = index.rule(`${type}.${field}`);
  const [first] = sources;
  if (sources.length < 2) return { type, field, authoritative: first ?? null, sources, isAskedApart: false };
  const authoritative = first?.isAuthoritative && first.key ? first : null;
  return { type, field, authoritative, sources, isAskedApart: authoritative !== null };
}
