import {
  type DirectiveNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
} from 'graphql';

/** Is a selection asked for with these variables (`@skip`, `@include`: GraphQL spec §3.13)? */
export function isIncluded(
  node: { readonly directives?: readonly DirectiveNode[] },
  variables: Readonly<Record<string, unknown>>,
): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}
