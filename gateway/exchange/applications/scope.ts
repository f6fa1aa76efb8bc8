import { getNullableType, isLeafType, isObjectType } from 'graphql';
import {
  checkScope,
  type Grant,
  type RowCondition,
  type ScopeCondition,
  ScopeConditionEntry,
  type ScopeValue,
} from '../../policy/index.ts';
import { badInput } from '../refused.ts';
import type { GivenCondition } from './content.ts';
import { itemOf, type Published } from './items.ts';

/** Conditions as they were given, their values read by the fields' types. Refuses what is no condition. */
export function readScope(published: Published, scope: readonly GivenCondition[]): ScopeCondition[] {
  return scope.map((given) => {
    const { coordinate, operator, values, subjectsOf } = given;
    if (subjectsOf && !coordinate && !operator && !values) return { subjectsOf };
    if (!coordinate || !operator || !values || subjectsOf)
      throw badInput('scope: coordinate, operator, values — 或 or subjectsOf: MATTER');
    const read = values.map((text) => readValue(typeNameOf(published, coordinate), text));
    const parsed = ScopeConditionEntry.safeParse({ coordinate, operator, values: read });
    if (!parsed.success) throw badInput(`${coordinate}: ${parsed.error.issues[0]?.message ?? operator}`);
    return parsed.data;
  });
}

/**
 * Refuses limits that could not be enforced (policy says which), and conditions that would tell more than they limit: on an item that the
 * provider could not show by itself, who is in scope would be told.
 */
export function checkLimits(
  published: Published,
  limits: Pick<Grant, 'coordinates' | 'scope' | 'masks'>,
  provider: string | null,
): void {
  const [fault] = checkScope(published.schema(), published.index(), limits);
  if (fault) throw badInput(`${fault.about}: ${fault['zh-CN']} ${fault.en}`);
  const rows = limits.scope.filter((one): one is RowCondition => 'coordinate' in one);
  for (const { coordinate } of rows) {
    const rule = itemOf(published, coordinate);
    const isOwn = provider !== null && rule.provider.code === provider;
    if (rule.class !== 'UNCONDITIONAL' && !(isOwn && rule.class === 'CONDITIONAL'))
      throw badInput(`${coordinate}: 以其为限会透露该信息项 a condition on it would disclose it`);
  }
}

function typeNameOf(published: Published, coordinate: string): string {
  const [typeName = '', name = ''] = itemOf(published, coordinate).coordinate.split('.');
  const parent = published.schema().getType(typeName);
  const field = isObjectType(parent) ? parent.getFields()[name] : undefined;
  const type = field && getNullableType(field.type);
  return isLeafType(type) ? type.name : '';
}

/** Texts stay texts; what is no number or truth value stays a text too, and is then refused by its type. */
function readValue(type: string, text: string): ScopeValue {
  if ((type === 'Int' || type === 'Float') && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (type === 'Boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
