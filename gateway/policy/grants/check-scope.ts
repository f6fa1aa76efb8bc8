import { type GraphQLSchema, getNullableType, isLeafType } from 'graphql';
import type { SharingIndex } from '../../registry/index.ts';
import { isRowCondition, type RowCondition } from '../../words.ts';
import { conditionText } from './cedar.ts';
import type { Grant } from './grant.ts';
import { isEvaluable } from './holds.ts';
import { recordType, subjectFields } from './subject-field.ts';

/** Why a grant's limits cannot be enforced on what is published. Bilingual, as a person signs grants. */
export interface ScopeFault {
  /** The condition or item that it is about. */
  readonly about: string;
  readonly 'zh-CN': string;
  readonly en: string;
}

/**
 * Can the gateway hold every record to the grant's scope and masks? Empty when it can. A grant with faults cannot be
 * signed; one that has them after a change of schema does not hold (Measures Art. 12 ¶1: use follows the answer).
 */
export function checkScope(
  schema: GraphQLSchema,
  index: Pick<SharingIndex, 'rule'>,
  grant: Pick<Grant, 'coordinates' | 'scope' | 'masks'>,
): ScopeFault[] {
  const types = new Set(grant.coordinates.map(typeOf));
  const conditions = grant.scope.flatMap((condition) => {
    const about = conditionText(condition);
    const say = (zh: string, en: string): ScopeFault[] => [{ about, 'zh-CN': zh, en }];
    if (isRowCondition(condition)) return rowFaults(schema, index, condition, types, say);
    const nameless = [...types].filter((type) => subjectFields(schema, index, type).length === 0);
    return nameless.flatMap((type) =>
      say(
        `${type} 没有标明数据主体的信息项（@subject）`,
        `${type} has no item that names its subject (@subject)`,
      ),
    );
  });
  return [...conditions, ...maskFaults(schema, grant)];
}

type Say = (zh: string, en: string) => ScopeFault[];

function rowFaults(
  schema: GraphQLSchema,
  index: Pick<SharingIndex, 'rule'>,
  condition: RowCondition,
  types: ReadonlySet<string>,
  say: Say,
): ScopeFault[] {
  const { coordinate } = condition;
  const type = recordType(schema, typeOf(coordinate));
  const field = type?.getFields()[coordinate.slice(coordinate.indexOf('.') + 1)];
  if (!type || !field || !index.rule(coordinate).classified)
    return say(`没有信息项 ${coordinate}`, `there is no item ${coordinate}`);
  const others = [...types].filter((one) => one !== type.name);
  if (others.length > 0) {
    const named = others.join(', ');
    return say(
      `授权的信息项属于 ${named}，不在 ${type.name} 的记录上`,
      `the granted items belong to ${named}, not to records of ${type.name}`,
    );
  }
  const leaf = getNullableType(field.type);
  if (!isLeafType(leaf) || field.args.length > 0)
    return say(`${coordinate} 不是单一的值`, `${coordinate} is not a single value`);
  return isEvaluable(condition, leaf)
    ? []
    : say(
        `${coordinate} 的类型是 ${leaf.name}，不能作此比较`,
        `${coordinate} is of type ${leaf.name}, which cannot be compared so`,
      );
}

/** Only what is text can be masked; and only what the grant gives. */
function maskFaults(
  schema: GraphQLSchema,
  { coordinates, masks }: Pick<Grant, 'coordinates' | 'masks'>,
): ScopeFault[] {
  return [...masks.keys()].flatMap((about): ScopeFault[] => {
    const type = typeOf(about);
    if (!coordinates.includes(about) && !coordinates.includes(`${type}.*`))
      return [{ about, 'zh-CN': '不在授权的信息项中', en: 'is not among the granted items' }];
    const fields = schema.getType(type);
    if (about.endsWith('.*'))
      return fields ? [] : [{ about, 'zh-CN': '没有这个类型', en: 'there is no such type' }];
    const field = recordType(schema, type)?.getFields()[about.slice(type.length + 1)];
    const leaf = field && getNullableType(field.type);
    const isText = leaf && isLeafType(leaf) && !UNMASKABLE.has(leaf.name);
    return isText ? [] : [{ about, 'zh-CN': '不是文本，不能脱敏', en: 'is no text and cannot be masked' }];
  });
}

const UNMASKABLE = new Set(['Int', 'Float', 'Boolean']);

function typeOf(coordinate: string): string {
  return coordinate.slice(0, coordinate.indexOf('.'));
}
