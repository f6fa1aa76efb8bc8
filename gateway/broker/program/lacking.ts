import type { FetchNode } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { writeJson } from '../../exact-json.ts';
import type { Numbers } from '../plan/numbers.ts';
import { type AskedField, askedFields } from './asked-fields.ts';
import type { Blame } from './blame.ts';
import type { Needs } from './needs.ts';
import { anyLack, lackOf, Missing, presentPart } from './part.ts';
import { type JsonObject, type Loss, markFailed } from './record.ts';
import { compileRewrites, isWithin } from './rewrites.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What can still be asked of an entity of which not everything is known that a fetch sends. */
export interface Lacking {
  readonly representation: string;
  /** The response keys that cannot be asked of it. */
  readonly lost: readonly string[];
}

interface LackingParts {
  readonly schema: GraphQLSchema;
  readonly needs: Needs;
  readonly numbers: Numbers;
}

/**
 * Finds what an entity can be asked when a part of its representation is missing. A fetch sends together what several fields
 * require; a field of which a requirement is missing (it was not asked for, as the field is skipped; or it is lost) is not
 * asked, and nothing else is lost with it. Every field that is not asked has its reason afterwards.
 */
export function compileLacking(
  { schema, needs, numbers }: LackingParts,
  node: FetchNode,
  document: DocumentNode,
  blame: Blame,
): (entity: JsonObject, variables: Variables) => Lacking | null {
  const { serviceName: subgraph, requires = [] } = node;
  const asked = askedFields(document);
  const rewrite = compileRewrites(schema, node.inputRewrites);
  const appliesTo = (field: AskedField, type: string): boolean =>
    field.types.every((condition) => isWithin(schema, type, condition));
  const reasonOf = ({ key, loss }: Missing): Loss => loss ?? blame(key);

  /** What the entity lacks of every key; null when it has one. */
  const lackOfKey = (part: JsonObject, types: readonly string[]): Missing | null => {
    const keys = types.flatMap((type) => needs.keysOf(subgraph, type));
    const lacks = keys.map((key) => lackOf(schema, key, part));
    return lacks.includes(null) ? null : (lacks[0] ?? anyLack(part));
  };

  const lackOfField = (part: JsonObject, types: readonly string[], { name }: AskedField): Missing | null => {
    for (const type of types) {
      const required = needs.requiredFor(subgraph, type, name);
      const lack = required ? lackOf(schema, required, part) : null;
      if (lack) return lack;
    }
    return null;
  };

  return (entity, variables) => {
    const part = presentPart(schema, numbers, requires, entity);
    if (!part) return null;
    rewrite?.(part);
    const type = part.__typename;
    const fields = asked.filter((one) => one.isAsked(variables));
    const lost = new Map<string, Loss>();
    const known = typeof type === 'string' ? fields.filter((one) => appliesTo(one, type)) : fields;
    const typesOf = (one: AskedField): string[] => [
      ...new Set(typeof type === 'string' ? [type, ...one.types] : one.types),
    ];
    const noType = type instanceof Missing ? type : null;
    const noKey = noType ?? lackOfKey(part, [...new Set(known.flatMap(typesOf))]);
    for (const one of known) {
      const lack = noKey ?? lackOfField(part, typesOf(one), one);
      if (lack) lost.set(one.key, reasonOf(lack));
    }
    for (const [key, loss] of lost) markFailed(entity, [key], loss);
    const isAnythingLeft = known.some(({ key, name }) => name !== '__typename' && !lost.has(key));
    return isAnythingLeft ? { representation: writeJson(part), lost: [...lost.keys()].sort() } : null;
  };
}
