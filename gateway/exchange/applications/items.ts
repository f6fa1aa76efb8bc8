import { type GraphQLSchema, getNamedType, isLeafType, isObjectType } from 'graphql';
import type { SharingIndex, SharingRule } from '../../registry/index.ts';
import type { Use } from '../../words.ts';
import { badInput } from '../refused.ts';

/** What is published now, as far as applications ask. */
export interface Published {
  index(): SharingIndex;
  /** What consumers see. */
  schema(): GraphQLSchema;
}

export type PartClass = 'CONDITIONAL' | 'WITHHELD';

/** The items that one provider is asked for in one way. */
export interface AskedPart {
  readonly provider: string;
  readonly class: PartClass;
  readonly items: readonly string[];
}

/** The item behind a coordinate: itself, or what an argument or input field tests. Refuses what is no item of the catalogue. */
export function itemOf(published: Published, coordinate: string): SharingRule {
  const given = published.index().rule(coordinate);
  const rule = given.tests === undefined ? given : published.index().rule(given.tests);
  const [typeName = '', field = ''] = rule.coordinate.split('.');
  const type = published.schema().getType(typeName);
  if (!rule.classified || !isObjectType(type) || !type.getFields()[field])
    throw badInput(`${coordinate}: 没有这个信息项 there is no such item`);
  return rule;
}

/** Sorts the items of an application by who answers for them and how (Measures Art. 12 ¶1). Refuses what cannot be applied for. */
export function askedParts(
  published: Published,
  items: readonly string[],
  uses: readonly Use[],
): AskedPart[] {
  const parts = new Map<string, { provider: string; class: PartClass; items: Set<string> }>();
  for (const coordinate of items) {
    const rule = itemOf(published, coordinate);
    if (rule.class === 'UNCONDITIONAL')
      throw badInput(
        `${coordinate}: 无条件共享，直接查询即可 is unconditional: query it, no application is needed`,
      );
    const refused = uses.find((use) => !mayBeUsedFor(rule, use));
    if (refused !== undefined)
      throw badInput(
        `${coordinate}: ${rule.provider.name} 未准许用途 ${refused} is not shared for ${refused}; allowed: ${usesOf(rule).join(', ')}`,
      );
    const key = `${rule.provider.code} ${rule.class}`;
    const part = parts.get(key) ?? { provider: rule.provider.code, class: rule.class, items: new Set() };
    part.items.add(rule.coordinate);
    parts.set(key, part);
  }
  return [...parts.values()].map((one) => ({ ...one, items: [...one.items] }));
}

/** Uses that the provider allows, to see the value or to have it checked (Measures Art. 12 ¶2). */
export function usesOf(rule: SharingRule): Use[] {
  return [...new Set([...rule.purposes, ...rule.matchOnly])];
}

function mayBeUsedFor(rule: SharingRule, use: Use): boolean {
  return rule.purposes.has(use) || rule.matchOnly.has(use);
}

/** Is the item one value, not an object of items of its own? */
export function isLeafItem(published: Published, coordinate: string): boolean {
  const [typeName = '', field = ''] = coordinate.split('.');
  const type = published.schema().getType(typeName);
  const found = isObjectType(type) ? type.getFields()[field] : undefined;
  return found !== undefined && isLeafType(getNamedType(found.type));
}
