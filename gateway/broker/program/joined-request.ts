import { type FragmentDefinitionNode, Kind, parse, print, stripIgnoredCharacters } from 'graphql';
import { writeJson } from '../../exact-json.ts';
import type { Gathered, Member } from './entity-member.ts';
import type { JsonObject } from './record.ts';
import { askedOfEntities, type BodyOf, compileBody, operationIn } from './request.ts';

/** A request's body, and under which key each member finds its entities in the answer. */
interface Joined {
  readonly body: string;
  readonly keys: readonly string[];
}

type JoinedBodyOf = (
  gathered: readonly Gathered[],
  variables: Readonly<Record<string, unknown>>,
  context: JsonObject,
) => Joined;

/** A member alone asks in the planner's own words. */
const ALONE = { keys: ['_entities'], names: ['representations'] };
const REPRESENTATIONS = 'representations';

/** Compiles the request for those of the members that have something to ask. */
export function compileJoined(members: readonly Member[]): JoinedBodyOf {
  const prepared = new Map<string, Operation>();
  return (gathered, variables, context) => {
    const areAll =
      gathered.length === members.length && members.every((one, at) => one === gathered[at]?.member);
    const key = areAll ? '' : gathered.map((one) => one.member.name).join();
    let operation = prepared.get(key);
    if (!operation) {
      operation = joinOperations(gathered.map((one) => one.member));
      prepared.set(key, operation);
    }
    const { names, keys, bodyOf } = operation;
    let more = '';
    for (const name of Object.keys(context)) more += `,${JSON.stringify(name)}:${writeJson(context[name])}`;
    for (const [index, one] of gathered.entries()) more += `,"${names[index]}":${one.representations}`;
    return { body: bodyOf(variables, more), keys };
  };
}

interface Operation {
  /** The variables of the representations, and the response keys, by member. */
  readonly names: readonly string[];
  readonly keys: readonly string[];
  readonly bodyOf: BodyOf;
}

function joinOperations(members: readonly Member[]): Operation {
  const [first] = members;
  if (!first) throw new Error('a request of nobody');
  if (members.length === 1)
    return { ...ALONE, bodyOf: compileBody(first.node.operation, first.node.variableUsages ?? []) };
  const documents = members.map((one) => parse(one.node.operation, { noLocation: true }));
  const usages = [...new Set(members.flatMap((one) => one.node.variableUsages ?? []))];
  const definitions = new Map<string, string>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const document of documents) {
    for (const one of operationIn(document).variableDefinitions ?? [])
      if (one.variable.name.value !== REPRESENTATIONS) definitions.set(one.variable.name.value, print(one));
    for (const one of document.definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  }
  let prefix = REPRESENTATIONS;
  while (usages.some((name) => name.startsWith(prefix))) prefix += '_'; // A consumer may have called a variable so.
  const names = members.map((_, index) => `${prefix}${index}`);
  const keys = members.map((_, index) => `_${index}`);
  const variables = [...names.map((name) => `$${name}: [_Any!]!`), ...definitions.values()];
  const fields = documents.map(
    (document, index) =>
      `${keys[index]}: _entities(representations: $${names[index]}) ${print(askedOfEntities(document))}`,
  );
  const parts = [
    `query (${variables.join(' ')}) { ${fields.join(' ')} }`,
    ...[...fragments.values()].map(print),
  ];
  return { names, keys, bodyOf: compileBody(stripIgnoredCharacters(parts.join(' ')), usages) };
}
