import { type DocumentNode, type FieldNode, Kind, print, visit } from 'graphql';

/** No alias of a consumer begins so (they are refused), and no field of a schema may (GraphQL spec §2.1.7). */
const PREFIX = '__as';

/** The response key under which a field is asked of providers. */
export type KeyOf = (node: FieldNode) => string;

/** A field with its arguments, whatever it is called in the answer. */
interface Question {
  readonly name: string;
  readonly hasArguments: boolean;
  /** It is answered by a value, and not by objects of which more is asked. */
  readonly isValue: boolean;
  /** The response keys that it is written under. */
  readonly keys: Set<string>;
}

/**
 * Gives every question that is answered by a value one response key, and every key one question. So no provider can answer
 * one question in two ways, of which one would be judged and the other shown or sent on: what the gateway asks for itself
 * (subjects, keys, conditions of scopes) and what a consumer asks for is the same value. A question that is answered by
 * objects keeps the keys that it has: a null that propagates in one of them must not reach the others.
 *
 * The planner adds fields as well (keys of entities, and what `@requires` and `@fromContext` need), under their own names, and
 * takes whatever stands there already for them. So what is asked without arguments stands under its own name wherever
 * anybody else may ask for it, and nothing else does. `documents` are forms of one operation.
 */
export function questionKeys(documents: readonly DocumentNode[], added: AddedNames): KeyOf {
  const questions = new Map<string, Question>();
  const askedUnder = new Map<string, Set<Question>>();
  /** What is asked without arguments may be asked under its own name. */
  const ownNames = new Map<string, Set<Question>>();
  const note = (map: Map<string, Set<Question>>, key: string, question: Question): void => {
    map.set(key, (map.get(key) ?? new Set()).add(question));
  };
  for (const document of documents) {
    visit(document, {
      Field(node) {
        const text = textOf(node);
        const name = node.name.value;
        const hasArguments = (node.arguments ?? []).length > 0;
        const isValue = node.selectionSet === undefined;
        const question = questions.get(text) ?? { name, hasArguments, isValue, keys: new Set() };
        questions.set(text, question);
        const key = node.alias?.value ?? name;
        question.keys.add(key);
        note(askedUnder, key, question);
        if (!hasArguments) note(ownNames, name, question);
      },
    });
  }
  const isOnlyOne = (known: ReadonlySet<Question> | undefined, question: Question): boolean =>
    known === undefined || (known.size === 1 && known.has(question));
  const keys = new Map<string, string>();
  let made = 0;
  for (const [text, question] of questions) {
    const { name, hasArguments, isValue } = question;
    const hasOwnName = !hasArguments && !added.withArguments.has(name);
    const isFree = (key: string): boolean =>
      isOnlyOne(askedUnder.get(key), question) &&
      isOnlyOne(ownNames.get(key), question) &&
      !added.all.has(key);
    const [first = name, another] = question.keys;
    const isAdded = added.all.has(name) || name === '__typename';
    const isOne = another === undefined && isFree(first) && !(hasOwnName && isAdded);
    const one = isOne ? first : hasOwnName ? name : `${PREFIX}${made++}_${name}`;
    for (const key of question.keys) {
      const isKept = isFree(key) || (hasOwnName && key === name);
      keys.set(keyIn(text, key), isValue ? one : isKept ? key : `${PREFIX}${made++}_${name}`);
    }
  }
  return (node) => {
    const key = node.alias?.value ?? node.name.value;
    return keys.get(keyIn(textOf(node), key)) ?? key;
  };
}

const keyIn = (text: string, key: string): string => `${key}: ${text}`;

function textOf({ name, arguments: given = [] }: FieldNode): string {
  return given.length === 0 ? name.value : `${name.value}(${given.map(print).sort().join(',')})`;
}

/** A document as it is planned: every field under the key of its question. */
export function withQuestionKeys(document: DocumentNode, keyOf: KeyOf): DocumentNode {
  return visit(document, {
    Field(node) {
      const key = keyOf(node);
      if (key === (node.alias?.value ?? node.name.value)) return undefined;
      const { alias: _, ...plain } = node;
      return key === node.name.value ? plain : { ...plain, alias: { kind: Kind.NAME, value: key } };
    },
  });
}
/** Arguments of join directives by which the planner is told to add fields. */
const FIELD_SETS = new Set(['key', 'requires', 'provides', 'contextArguments']);

/** Every name that stands in a field set of the supergraph, and those that are asked with arguments there. */
export interface AddedNames {
  readonly all: ReadonlySet<string>;
  readonly withArguments: ReadonlySet<string>;
}

export function addedNames(supergraph: DocumentNode): AddedNames {
  const all = new Set<string>();
  const withArguments = new Set<string>();
  const note = (fieldSet: string): void => {
    for (const [, name = ''] of fieldSet.matchAll(/([A-Za-z_]\w*)/g)) all.add(name);
    for (const [, name = ''] of fieldSet.matchAll(/([A-Za-z_]\w*)\s*\(/g)) withArguments.add(name);
  };
  visit(supergraph, {
    Directive(node) {
      if (!node.name.value.startsWith('join__')) return;
      for (const { name, value } of node.arguments ?? []) if (FIELD_SETS.has(name.value)) note(print(value));
    },
  });
  return { all, withArguments };
}
