import type { Failure } from '../../errors.ts';
import { writeJson } from '../../exact-json.ts';
import type { Source } from '../../registry/index.ts';
import type { Fetch } from '../fetch.ts';
import type { CrossCheck } from '../marks.ts';
import { readAnswer } from '../program/answer.ts';
import { isJsonObject, type JsonObject, markFailed } from '../program/record.ts';
import { setAgreements, type ToCompare } from '../shape/compared.ts';
import { comparable } from './match.ts';

/**
 * Asks every source of the noted fields by itself, outside the plan: so the answer is for certain that of the
 * authoritative source, whichever way the plan went, and the others are compared with it. Values are compared as
 * `@verify` compares them, and only the authoritative one stays.
 */
export async function compareSources(noted: readonly ToCompare[], fetch: Fetch): Promise<void> {
  const byField = new Map<string, ToCompare[]>();
  for (const one of noted) {
    if (!one.crossCheck.isAskedApart) continue;
    const coordinate = `${one.crossCheck.type}.${one.crossCheck.field}`;
    byField.set(coordinate, [...(byField.get(coordinate) ?? []), one]);
  }
  await Promise.all([...byField].map(([coordinate, all]) => compareField(coordinate, all, fetch)));
}

async function compareField(coordinate: string, all: readonly ToCompare[], fetch: Fetch): Promise<void> {
  const crossCheck = all[0]?.crossCheck;
  if (!crossCheck?.authoritative) return;
  const { authoritative, sources, field } = crossCheck;
  const objects = [...new Set(all.map((one) => one.object))];
  const answers = new Map(
    await Promise.all(
      sources.map(async (source) => [source, await valuesFrom(source, crossCheck, objects, fetch)] as const),
    ),
  );
  const main = answers.get(authoritative);
  for (const { object, asked, type } of all) {
    const given = main?.get(object);
    object[asked] = given; // Also where there is none: what the plan may have brought is another source's.
    if (given === undefined) markFailed(object, [asked], failureFor(authoritative, coordinate));
    const value = comparable(type, given ?? null);
    const agreements = sources.map((source): readonly [string, boolean | null] => {
      const other = comparable(type, answers.get(source)?.get(object) ?? null);
      return [source.subgraph, value === null || other === null ? null : value === other];
    });
    setAgreements(object, `${crossCheck.type}.${field}`, new Map(agreements));
  }
}

/** What a source has for each object; an object that it did not answer for is not in it. */
async function valuesFrom(
  { subgraph, key }: Source,
  { type, field }: CrossCheck,
  objects: readonly JsonObject[],
  fetch: Fetch,
): Promise<ReadonlyMap<JsonObject, unknown>> {
  const values = new Map<JsonObject, unknown>();
  if (!key) return values;
  const known = objects.flatMap((object) => {
    const fields = key.map((one) => [one, object[one]] as const);
    const isWhole = fields.every(([, value]) => value !== null && value !== undefined);
    return isWhole ? [{ object, representation: { __typename: type, ...Object.fromEntries(fields) } }] : [];
  });
  if (known.length === 0) return values;
  const query = `query($representations:[_Any!]!){_entities(representations:$representations){... on ${type}{${field}}}}`;
  const representations = known.map((one) => one.representation);
  const answer = readAnswer(
    await fetch({ subgraph, body: writeJson({ query, variables: { representations } }) }),
    true,
  );
  const entities: unknown = answer.ok ? answer.data?._entities : null;
  if (!Array.isArray(entities) || entities.length !== known.length) return values;
  for (const [index, { object }] of known.entries()) {
    const entity: unknown = entities[index];
    if (isJsonObject(entity) && entity[field] !== undefined) values.set(object, entity[field]);
  }
  return values;
}

function failureFor({ provider, subgraph }: Source, coordinate: string): Failure {
  return { code: 'PROVIDER_UNAVAILABLE', details: { provider: provider.name, subgraph, coordinate } };
}
