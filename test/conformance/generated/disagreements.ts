import { type DocumentNode, Kind, parse, visit } from 'graphql';
import type { World } from './world.ts';

/** Why @apollo/gateway answers otherwise than graphql-js does; each is told in docs/conformance.md. */
export type Disagreement =
  | 'interface objects'
  | 'conditions below each other'
  | 'requirements'
  | 'numbers'
  | 'unknown';

/** The class of a disagreement, by what the operation asks for. */
export function classify(world: World, query: string): Disagreement {
  const document = parse(query);
  if (asksInterfaceObjects(world, document)) return 'interface objects';
  if (hasNestedConditions(document)) return 'conditions below each other';
  if (asksComputed(world, document)) return 'requirements';
  if (meetsNumbers(world)) return 'numbers';
  return 'unknown';
}

function asksInterfaceObjects(world: World, document: DocumentNode): boolean {
  return names(document).some((name) =>
    [...world.fields, ...world.roots, ...world.mutations].some(
      (field) => field.name === name && (field.on === 4 || (field.leaf === null && field.target === 4)),
    ),
  );
}

/** Are there numbers beyond what a double holds, which @apollo/gateway makes others of: as values, arguments or keys? */
function meetsNumbers(world: World): boolean {
  const isExact = world.fields.some(({ leaf, argument }) => leaf === 'Long' || argument.includes('Long'));
  return isExact || (world.spec.keys ?? []).some((one) => one > 0);
}

function asksComputed(world: World, document: DocumentNode): boolean {
  const asked = new Set(names(document));
  return world.fields.some(({ name, requires }) => requires.length > 0 && asked.has(name));
}

function names(document: DocumentNode): string[] {
  const all: string[] = [];
  visit(document, {
    enter(node) {
      if (node.kind === Kind.FIELD) all.push(node.name.value);
    },
  });
  return all;
}

/** A condition below another; fragments that are spread count as below whatever spreads them. */
function hasNestedConditions(document: DocumentNode): boolean {
  let depth = 0;
  let found = false;
  visit(document, {
    enter(node) {
      if (
        node.kind !== Kind.FIELD &&
        node.kind !== Kind.INLINE_FRAGMENT &&
        node.kind !== Kind.FRAGMENT_SPREAD
      )
        return;
      const own = (node.directives ?? []).length;
      if (own > 1 || (own > 0 && (depth > 0 || node.kind === Kind.FRAGMENT_SPREAD))) found = true;
      depth += own;
    },
    leave(node) {
      if (
        node.kind !== Kind.FIELD &&
        node.kind !== Kind.INLINE_FRAGMENT &&
        node.kind !== Kind.FRAGMENT_SPREAD
      )
        return;
      depth -= (node.directives ?? []).length;
    },
  });
  return found;
}
