import {
  type GraphQLLeafType,
  getNullableType,
  isEnumType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import {
  type RowCondition,
  type ScopeCondition,
  ScopeConditionEntry,
  type ScopeOperator,
  type ScopeValue,
} from '../../policy/index.ts';
import { badInput } from '../refused.ts';
import type { GivenCondition } from './content.ts';
import { itemOf, type Published } from './items.ts';

/**
 * The scope that a grant of these items may have, its values read by the fields' types. Refuses conditions that could not bind every item,
 * or would tell more than they limit: on a field that does not exist, has no single value, or stands on another type than an item; on an
 * item that its provider could not show by itself (who is in scope would be told).
 */
export function bindScope(
  published: Published,
  scope: readonly GivenCondition[],
  items: readonly string[],
  provider: string | null,
): ScopeCondition[] {
  return scope.map((given) => {
    const { coordinate, operator, values, subjectsOf } = given;
    if (subjectsOf && !coordinate && !operator && !values) return { subjectsOf };
    if (!coordinate || !operator || !values || subjectsOf)
      throw badInput('scope: coordinate, operator, values — 或 or subjectsOf: MATTER');
    const condition = { coordinate, operator, values: readValues(published, coordinate, operator, values) };
    const parsed = ScopeConditionEntry.safeParse(condition);
    if (!parsed.success) throw badInput(`${coordinate}: ${parsed.error.issues[0]?.message ?? operator}`);
    checkBinds(published, [parsed.data], items, provider);
    return parsed.data;
  });
}

/** Checks conditions that were bound before against what is granted now. */
export function checkBinds(
  published: Published,
  scope: readonly ScopeCondition[],
  items: readonly string[],
  provider: string | null,
): void {
  const rows = scope.filter((one): one is RowCondition => 'coordinate' in one);
  for (const { coordinate } of rows) {
    const rule = itemOf(published, coordinate);
    if (rule.coordinate !== coordinate) throw badInput(`${coordinate}: 不是信息项 is not an item`);
    const type = coordinate.split('.', 1)[0] ?? '';
    const unbound = items.find((one) => !one.startsWith(`${type}.`));
    if (unbound !== undefined)
      throw badInput(
        `${coordinate}: 不能限定 ${unbound}（另一类型），请分别申请 cannot limit ${unbound}, which is of another type: apply for it apart`,
      );
    const isOwn = provider !== null && rule.provider.code === provider;
    if (rule.class !== 'UNCONDITIONAL' && !(isOwn && rule.class === 'CONDITIONAL'))
      throw badInput(`${coordinate}: 以其为限会透露该信息项 a condition on it would disclose it`);
  }
}

function readValues(
  published: Published,
  coordinate: string,
  operator: ScopeOperator,
  values: readonly string[],
): ScopeValue[] {
  itemOf(published, coordinate);
  const type = leafType(published, coordinate);
  const isText = type.name === 'String' || type.name === 'ID';
  const isOrdered = type.name === 'Int' || type.name === 'Float' || type.name === 'Date';
  if (
    (operator === 'STARTS_WITH' && !isText) ||
    ((operator === 'AT_LEAST' || operator === 'AT_MOST') && !isOrdered)
  )
    throw badInput(`${coordinate}: ${operator} 不适用于 ${type.name} is not for ${type.name}`);
  return values.map((text) => {
    const value = readValue(type, text);
    if (value === null)
      throw badInput(`${coordinate}: “${text}”不是 ${type.name} is not of type ${type.name}`);
    return value;
  });
}

function leafType(published: Published, coordinate: string): GraphQLLeafType {
  const [typeName = '', name = ''] = coordinate.split('.');
  const parent = published.schema().getType(typeName);
  const field = isObjectType(parent) ? parent.getFields()[name] : undefined;
  const type = field && getNullableType(field.type);
  if (!field || !isLeafType(type) || field.args.some(isRequiredArgument))
    throw badInput(`${coordinate}: 不是单一取值的信息项 is not an item with one value`);
  return type;
}

function readValue(type: GraphQLLeafType, text: string): ScopeValue | null {
  if (isEnumType(type)) return type.getValue(text) ? text : null;
  switch (type.name) {
    case 'Int':
      return /^-?\d{1,10}$/.test(text) ? Number(text) : null;
    case 'Float':
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : null;
    case 'Boolean':
      return text === 'true' || text === 'false' ? text === 'true' : null;
    case 'Date':
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null;
    default:
      return text;
  }
}
