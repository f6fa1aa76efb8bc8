import { Kind, parse, visit } from 'graphql';
import type { Model } from './model.ts';
import type { SeenOperation } from './seen-operation.ts';

/** Operations that are planned before a publication, those asked last: each takes milliseconds. */
export const MOST_PLANNED = 100;

/** Those of the operations that name a field or a type of a subgraph, the first of them. */
export function touchingOperations(
  model: Model,
  operations: readonly SeenOperation[],
): readonly SeenOperation[] {
  const names = new Set<string>();
  for (const type of model.types.values()) {
    names.add(type.name);
    for (const field of type.fields) names.add(field.name);
  }
  const found: SeenOperation[] = [];
  for (const operation of operations) {
    if (found.length >= MOST_PLANNED) break;
    if (names.size > 0 && isTouching(operation.text, names)) found.push(operation);
  }
  return found;
}

function isTouching(text: string, names: ReadonlySet<string>): boolean {
  let isFound = false;
  try {
    visit(parse(text, { noLocation: true }), {
      [Kind.FIELD]: ({ name }) => {
        isFound ||= names.has(name.value);
      },
      [Kind.NAMED_TYPE]: ({ name }) => {
        isFound ||= names.has(name.value);
      },
    });
  } catch {
    return false;
  }
  return isFound;
}
