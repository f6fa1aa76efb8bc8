import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  specifiedRules,
  type ValidationContext,
  validate,
} from 'graphql';
import { checkedFields } from './checked.ts';

/** Directives that an operation may carry; `@defer` and `@stream` are not served. */
const DIRECTIVES = new Set(['skip', 'include', 'purpose', 'verify', 'crossCheck']);

/** Validates against the consumers' schema, with the gateway's own rules. Stops at 20 errors. */
export function validateOperation(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const conditional = conditionalRoot(document);
  if (conditional) return [conditional];
  return validate(
    schema,
    document,
    [...specifiedRules, reservedAliases, reservedVariables, servedDirectives, checkedFields],
    {
      maxErrors: 20,
    },
  );
}

/**
 * The root field of a subscription may not hang on a condition (GraphQL spec September 2025 §5.2.4.1). Looked at before
 * the other rules: graphql-js evaluates conditions there, and throws at a variable.
 */
function conditionalRoot(document: DocumentNode): GraphQLError | null {
  const fragments = new Map<string, SelectionSetNode>();
  for (const one of document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one.selectionSet);
  const visited = new Set<SelectionSetNode>();
  const search = (set: SelectionSetNode): SelectionNode | null => {
    if (visited.has(set)) return null;
    visited.add(set);
    for (const one of set.selections) {
      if (one.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return one;
      if (one.kind === Kind.FIELD) continue;
      const inner = one.kind === Kind.INLINE_FRAGMENT ? one.selectionSet : fragments.get(one.name.value);
      const found = inner && search(inner);
      if (found) return found;
    }
    return null;
  };
  for (const one of document.definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION || one.operation !== OperationTypeNode.SUBSCRIPTION) continue;
    const nodes = search(one.selectionSet);
    if (nodes) return new GraphQLError('The root field of a subscription may not be conditional.', { nodes });
  }
  return null;
}

/** A response key such as `__typename` must mean what it says: the gateway reads it to tell types apart. */
function reservedAliases(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (node.alias?.value.startsWith('__')) {
        const message = `Alias "${node.alias.value}" is not allowed: names that begin with "__" are reserved.`;
        context.reportError(new GraphQLError(message, { nodes: node.alias }));
      }
    },
  };
}

/**
 * Variables that the gateway itself sends to providers; a consumer's must not be taken for them. `__proto__` is no name of a
 * value in JavaScript's objects, graphql-js's among them.
 */
const RESERVED_VARIABLE = /^(representations|contextualArgument_.*|liancha_cursor_.*|__proto__)$/;

function reservedVariables(context: ValidationContext): ASTVisitor {
  return {
    VariableDefinition(node) {
      const name = node.variable.name.value;
      if (RESERVED_VARIABLE.test(name)) {
        context.reportError(
          new GraphQLError(`Variable "$${name}" is not allowed: the name is reserved.`, { nodes: node }),
        );
      }
    },
  };
}

function servedDirectives(context: ValidationContext): ASTVisitor {
  return {
    Directive(node) {
      if (!DIRECTIVES.has(node.name.value)) {
        const message = `Directive "@${node.name.value}" is not served by this gateway.`;
        context.reportError(new GraphQLError(message, { nodes: node }));
      }
    },
  };
}
