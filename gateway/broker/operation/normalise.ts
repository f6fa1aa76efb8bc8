import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { isPurpose } from './purpose.ts';

/** The fragments of a document that a selection reaches, in the document's order. */
export function reachableFragments(
  document: DocumentNode,
  from: OperationDefinitionNode,
): FragmentDefinitionNode[] {
  const all = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const reached = new Set<string>();
  const follow = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread({ name }) {
        if (reached.has(name.value)) return;
        reached.add(name.value);
        const fragment = all.find((one) => one.name.value === name.value);
        if (fragment) follow(fragment);
      },
    });
  };
  follow(from);
  return all.filter((one) => reached.has(one.name.value));
}

/** The variables that are used below the given definitions. */
export function usedVariables(
  nodes: readonly (OperationDefinitionNode | FragmentDefinitionNode)[],
): Set<string> {
  const used = new Set<string>();
  for (const node of nodes) {
    visit(node, {
      // biome-ignore lint/correctness/noComponentHookFactories: a visitor's key, not a component
      VariableDefinition: () => false,
      Variable({ name }) {
        used.add(name.value);
      },
    });
  }
  return used;
}

/**
 * One operation of a document as a document of its own: only what it reaches, without `@purpose` and
 * without the variables that only `@purpose` used. This is what is guarded and planned.
 */
export function extractOperation(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const bare: OperationDefinitionNode = {
    ...operation,
    directives: (operation.directives ?? []).filter((one) => !isPurpose(one)),
  };
  return withUsedVariables(bare, reachableFragments(document, operation));
}

/** Assembles a document, dropping the definitions of variables that nothing uses any more. */
export function withUsedVariables(
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
): DocumentNode {
  const used = usedVariables([operation, ...fragments]);
  const isUsed = (one: VariableDefinitionNode): boolean => used.has(one.variable.name.value);
  const trimmed = { ...operation, variableDefinitions: (operation.variableDefinitions ?? []).filter(isUsed) };
  return { kind: Kind.DOCUMENT, definitions: [trimmed, ...fragments] };
}

/** The operation of a document made by `extractOperation`. */
export function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('an admitted document has exactly one operation');
  return operation;
}
