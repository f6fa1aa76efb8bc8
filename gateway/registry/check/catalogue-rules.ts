import { USES } from '../../words.ts';
import { type Finding, finding } from './finding.ts';
import { type Element, isKeyOf, type Model, type ModelField, type ModelType } from './model.ts';

/** The checks that need no more than the candidate's own SDL. */
export function catalogueFindings(model: Model): Finding[] {
  return [...model.types.values()].flatMap((type) => [
    ...classFindings(type),
    ...resourceFindings(type),
    ...baseFindings(type),
  ]);
}

/** Does the subgraph answer for a field itself? A key that it only repeats is another's, as is what is external. */
export function owns(type: ModelType, field: ModelField): boolean {
  if (field.name.startsWith('_') || field.federation('external') || type.federation('external')) return false;
  return !isKeyOf(type, field) || field.sharing('sharing') !== null || isSource(field);
}

/** A key is repeated by every subgraph of its entity; its source is who says that it is its item, or whom it names. */
export function isSource(field: ModelField): boolean {
  return (['authoritative', 'item', 'subject'] as const).some((one) => field.sharing(one) !== null);
}

/** What an element says of sharing; a type's `@sharing` is the default of its fields and values, never of arguments. */
export function sharingOf(type: ModelType, element: Element): Readonly<Record<string, unknown>> | null {
  return element.sharing('sharing') ?? ('args' in element ? type.sharing('sharing') : null);
}

/** Measures Art. 9 and 10(1): everything has a class, and withholding has a basis. */
function classFindings(type: ModelType): Finding[] {
  const elements = type.fields.flatMap((field): Element[] =>
    field.name.startsWith('_') || field.federation('external')
      ? []
      : [...(owns(type, field) ? [field] : []), ...field.args],
  );
  return elements.flatMap((element) => {
    const sharing = sharingOf(type, element);
    if (!sharing || (sharing.class === undefined && sharing.as === undefined))
      return [
        finding(
          'UNCLASSIFIED',
          element.coordinate,
          `${element.coordinate} 没有共享类型，不能发布。请写上 @sharing(class: …)；参数若用于核对某信息项，写 @sharing(as: "类型.字段")。 It has no sharing class; add @sharing(class: …), or @sharing(as: "Type.field") where an argument tests an item.`,
        ),
      ];
    const basis = typeof sharing.basis === 'string' ? sharing.basis.trim() : '';
    if (sharing.class === 'WITHHELD' && basis === '')
      return [
        finding(
          'WITHHELD_WITHOUT_BASIS',
          element.coordinate,
          `${element.coordinate} 列为不予共享，但未注明法律、行政法规或党中央、国务院政策依据。请写上 basis。 It is withheld without naming the law, regulation or central policy; add basis.`,
        ),
      ];
    return [];
  });
}

const REQUIRED_TEXTS = ['name', 'classification', 'abstract'] as const;
const REQUIRED = [...REQUIRED_TEXTS, 'format', 'methods', 'updatePeriod'] as const;
/** Classification digits (10 places in this city's scheme), `/`, six-digit sequence number. */
const CODE = /^\d{5,16}\/\d{6}$/;

/** Measures Art. 7 and the catalogue guide: a resource has all required elements, and each of its fields is an item. */
function resourceFindings(type: ModelType): Finding[] {
  if (type.kind !== 'object' && type.kind !== 'interface') return [];
  const incomplete = (coordinate: string, what: string): Finding =>
    finding('CATALOGUE_INCOMPLETE', coordinate, what);
  const own = type.fields.filter((field) => owns(type, field));
  const items = own.filter((field) => field.sharing('item'));
  const resource = type.sharing('resource');
  const isEntity = type.federationAll('key').some(({ resolvable }) => resolvable !== false);
  if (!resource) {
    if (items.length === 0 && !(isEntity && own.some((field) => !isKeyOf(type, field)))) return [];
    return [
      incomplete(
        type.coordinate,
        `${type.name} 提供信息项，但没有目录条目。请写上 @resource(…)。 It has items but no catalogue entry; add @resource(…).`,
      ),
    ];
  }
  const found: Finding[] = [];
  for (const element of REQUIRED) {
    const value = resource[element];
    const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    const isBlank = typeof value === 'string' && value.trim() === '';
    if (isEmpty || isBlank)
      found.push(
        incomplete(
          type.coordinate,
          `目录条目 ${type.name} 缺少必填要素 ${element}。 @resource of ${type.name} lacks the required element ${element}.`,
        ),
      );
  }
  if (typeof resource.code === 'string' && !CODE.test(resource.code))
    found.push(
      incomplete(
        type.coordinate,
        `信息资源代码 ${resource.code} 应为分类数字、"/"和六位顺序号。 The code must be classification digits, "/" and a six-digit number.`,
      ),
    );
  if (items.length === 0)
    found.push(
      incomplete(
        type.coordinate,
        `目录条目 ${type.name} 没有信息项。请为字段写上 @item。 The entry has no item; add @item to its fields.`,
      ),
    );
  for (const field of own) {
    const item = field.sharing('item');
    const isKeyOnly = isKeyOf(type, field) && !item;
    if (isKeyOnly) continue;
    const name = typeof item?.name === 'string' ? item.name.trim() : '';
    if (!item || name === '' || item.type === undefined)
      found.push(
        incomplete(
          field.coordinate,
          `${field.coordinate} 缺少信息项名称或数据类型。请写上 @item(name: …, type: …)。 It lacks the name or type of an item; add @item(name: …, type: …).`,
        ),
      );
    else if (item.type === 'C' && typeof item.length !== 'number')
      found.push(
        incomplete(
          field.coordinate,
          `${field.coordinate} 是字符型，缺少长度。请写上 length。 A character item needs its length.`,
        ),
      );
  }
  return found;
}

/** Measures Art. 10(2): the basic items of base information are unconditional, for every use. */
function baseFindings(type: ModelType): Finding[] {
  const base = type.sharing('resource')?.base;
  if (base === undefined || base === null) return [];
  return type.fields
    .filter((field) => owns(type, field) && field.sharing('item')?.basic === true)
    .filter((field) => {
      const sharing = sharingOf(type, field);
      const purposes = Array.isArray(sharing?.purposes) ? sharing.purposes : USES;
      return sharing?.class !== 'UNCONDITIONAL' || purposes.length < USES.length;
    })
    .map((field) =>
      finding(
        'BASE_ITEM_NOT_UNCONDITIONAL',
        field.coordinate,
        `${field.coordinate} 是基础信息资源（${String(base)}）的基础信息项，须无条件共享。请改为 UNCONDITIONAL，或去掉 basic。 A basic item of base information must be UNCONDITIONAL for every use.`,
      ),
    );
}
