import {
  type ConstDirectiveNode,
  type DirectiveNode,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import { isPrintableLine } from '../../printable.ts';
import { type Purpose, USES, type Use } from '../../words.ts';

/** Each argument of `@purpose`: given in the text, or by a variable so that one text serves many matters. */
type Source = { readonly value: string } | { readonly variable: string };

/** Where an operation's purpose is to be found. */
export interface PurposeSource {
  readonly use: Source;
  readonly matter: Source;
  readonly onDenied: Source;
}

export type OnDenied = 'NULL' | 'REJECT';

export interface StatedPurpose extends Purpose {
  readonly onDenied: OnDenied;
}

/** Longest matter number that is recorded. */
export const MATTER_LIMIT = 200;

/** Reads `@purpose` of an operation; null when it has none. The operation has been validated. */
export function purposeSource(operation: OperationDefinitionNode): PurposeSource | null {
  const directive = operation.directives?.find(isPurpose);
  if (!directive) return null;
  const argument = (name: string): Source | undefined => {
    const value = directive.arguments?.find((one) => one.name.value === name)?.value;
    return value && sourceOf(value);
  };
  const use = argument('use');
  const matter = argument('matter');
  if (!use || !matter) return null;
  return { use, matter, onDenied: argument('onDenied') ?? { value: 'NULL' } };
}

/** Is this the `@purpose` directive? It is never forwarded. */
export function isPurpose(directive: DirectiveNode | ConstDirectiveNode): boolean {
  return directive.name.value === 'purpose';
}

function sourceOf(value: ValueNode): Source | undefined {
  if (value.kind === Kind.VARIABLE) return { variable: value.name.value };
  return value.kind === Kind.STRING || value.kind === Kind.ENUM ? { value: value.value } : undefined;
}

/** Is a matter stated, and yet none that can be put on record: a text that not everybody would read alike? */
export function isUnreadableMatter(
  source: PurposeSource,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  const matter = given(source.matter, variables)?.trim();
  return matter !== undefined && matter !== '' && !isPrintableLine(matter, MATTER_LIMIT);
}

/** The purpose of one request; null when a part is missing, empty, too long, unreadable or unknown. */
export function statedPurpose(
  source: PurposeSource,
  variables: Readonly<Record<string, unknown>>,
): StatedPurpose | null {
  const use = given(source.use, variables);
  const matter = given(source.matter, variables)?.trim();
  const onDenied = given(source.onDenied, variables) ?? 'NULL';
  if (!isUse(use) || !matter || !isPrintableLine(matter, MATTER_LIMIT)) return null;
  return onDenied === 'NULL' || onDenied === 'REJECT' ? { use, matter, onDenied } : null;
}

function given(source: Source, variables: Readonly<Record<string, unknown>>): string | undefined {
  if ('value' in source) return source.value;
  const value = variables[source.variable];
  return typeof value === 'string' ? value : undefined;
}

function isUse(value: string | undefined): value is Use {
  return USES.some((use) => use === value);
}
