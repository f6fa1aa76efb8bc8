import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  specifiedRules,
  type ValidationContext,
  validate,
} from 'graphql';

/** Directives that an operation may carry; `@defer` and `@stream` are not served. */
const DIRECTIVES = new Set(['skip', 'include', 'purpose']);

/** Validates against the consumers' schema, with the gateway's own rules. Stops at 20 errors. */
export function validateOperation(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  return validate(
    schema,
    document,
    [...specifiedRules, reservedAliases, reservedVariables, servedDirectives],
    {
      maxErrors: 20,
    },
  );
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

/** Variables that the gateway itself sends to providers; a consumer's must not be taken for them. */
const RESERVED_VARIABLE = /^(representations|contextualArgument_.*)$/;

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
