import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode, visit } from 'graphql';
import { writeJson } from '../../exact-json.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Writes the body of a request; `more` is the text of further members of its variables, each with a comma before it. */
export type BodyOf = (variables: Variables, more: string) => string;

/** Prepares what does not change of a request's body. */
export function compileBody(operation: string, usages: readonly string[]): BodyOf {
  const head = `{"query":${JSON.stringify(operation)}`;
  const names = usages.map((name) => ({ name, key: `,${JSON.stringify(name)}:` }));
  return (variables, more) => {
    let members = more;
    for (const { name, key } of names) {
      const value = variables[name];
      if (value !== undefined) members += `${key}${writeJson(value)}`;
    }
    return members === '' ? `${head}}` : `${head},"variables":{${members.slice(1)}}}`;
  };
}

export function operationIn(document: DocumentNode): OperationDefinitionNode {
  for (const one of document.definitions) if (one.kind === Kind.OPERATION_DEFINITION) return one;
  throw new Error('the plan asks nothing');
}

/** What is selected of the root, or of each entity. */
export function askedSet(document: DocumentNode): SelectionSetNode {
  return operationIn(document).selectionSet;
}

export function askedOfEntities(document: DocumentNode): SelectionSetNode {
  const [first] = askedSet(document).selections;
  if (first?.kind !== Kind.FIELD || !first.selectionSet) throw new Error('the plan asks entities nothing');
  return first.selectionSet;
}

/** Does an operation ask for a field of one of these names? */
export function asksAny(document: DocumentNode, names: ReadonlySet<string>): boolean {
  let isAsked = false;
  visit(document, {
    enter(node) {
      if (node.kind === Kind.FIELD && names.has(node.name.value)) isAsked = true;
    },
  });
  return isAsked;
}
