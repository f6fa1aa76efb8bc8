import { SHARING_CLASSES, type SharingClass } from '../../words.ts';
import { isSource, owns, sharingOf } from './catalogue-rules.ts';
import { type Finding, finding } from './finding.ts';
import { type Element, fieldTypeOf, isKeyOf, type Model, type ModelField, type ModelType } from './model.ts';

/** A field with the subgraph that declares it. */
export interface Declared {
  readonly model: Model;
  readonly type: ModelType;
  readonly field: ModelField;
}

/** Everything that subgraphs declare of one coordinate as their own. */
export function ownersOf(models: readonly Model[], coordinate: string): Declared[] {
  const [typeName = '', fieldName] = coordinate.split('.');
  return models.flatMap((model) => {
    const type = model.types.get(typeName);
    const field = type?.fields.find((one) => one.name === fieldName);
    return type && field && owns(type, field) ? [{ model, type, field }] : [];
  });
}

/** The strictest class that any subgraph gives a coordinate; what nobody classifies is withheld. */
export function classOf(models: readonly Model[], coordinate: string): SharingClass {
  const classes = ownersOf(models, coordinate).map(({ type, field }) => sharingOf(type, field)?.class);
  const known = classes.map((one) => SHARING_CLASSES.find((name) => name === one) ?? 'WITHHELD');
  return known.reduce<SharingClass>(
    (a, b) => (stricter(b, a) ? b : a),
    known.length > 0 ? 'UNCONDITIONAL' : 'WITHHELD',
  );
}

export function stricter(a: SharingClass, b: SharingClass): boolean {
  return SHARING_CLASSES.indexOf(a) > SHARING_CLASSES.indexOf(b);
}

/** 一数一源: of an item with several subgraphs, each must be @shareable, and one the authoritative source. */
export function sourceFindings(candidate: Model, others: readonly Model[]): Finding[] {
  const models = [candidate, ...others];
  return itemsOf(candidate).flatMap(({ type, field }): Finding[] => {
    const owners = sourcesOf(ownersOf(models, field.coordinate));
    const names = owners.map((one) => one.model.subgraph.name).join(', ');
    if (owners.length < 2) return [];
    // Federation lets every subgraph have a key.
    if (owners.some((one) => !isShareable(one) && !isKeyOf(one.type, one.field)))
      return [
        finding(
          'SEVERAL_SOURCES',
          field.coordinate,
          `${field.coordinate} 有几个来源（${names}），违反一数一源。请只由一个子图提供，或各自写上 @shareable 并以 @authoritative 指明权威来源。 Several subgraphs provide it; let one do so, or mark each @shareable and one @authoritative.`,
        ),
      ];
    if (!type.fields.includes(field) || !sharingOf(type, field)) return [];
    const sources = owners.filter((one) => one.field.sharing('authoritative'));
    if (sources.length === 1) return [];
    return [
      finding(
        'NO_AUTHORITATIVE_SOURCE',
        field.coordinate,
        `${field.coordinate} 由 ${names} 共同提供，须且只须由一个子图写上 @authoritative。 It is shared by these subgraphs; exactly one must mark it @authoritative, ${sources.length} do.`,
      ),
    ];
  });
}

function itemsOf(model: Model): Declared[] {
  return [...model.types.values()]
    .filter((type) => type.kind === 'object')
    .flatMap((type) =>
      type.fields.filter((field) => owns(type, field)).map((field) => ({ model, type, field })),
    );
}

function isShareable({ type, field }: Declared): boolean {
  return field.federation('shareable') !== null || type.federation('shareable') !== null;
}

/** Those of a datum's owners who have it of their own: a key that is only repeated is another's. */
export function sourcesOf(owners: readonly Declared[]): Declared[] {
  return owners.filter(({ type, field }) => !isKeyOf(type, field) || isSource(field));
}

/**
 * Measures Art. 14: to filter by an item is to learn it. An argument or input field that is named like a stricter item of
 * what it selects from has to say that it tests it.
 */
export function filterFindings(candidate: Model, others: readonly Model[]): Finding[] {
  const models = [candidate, ...others];
  const found: Finding[] = [];
  const judge = (element: Element, type: ModelType | null, entities: readonly string[]): void => {
    const sharing = type ? sharingOf(type, element) : element.sharing('sharing');
    const own = SHARING_CLASSES.find((name) => name === sharing?.class) ?? 'UNCONDITIONAL';
    const says = typeof sharing?.as === 'string' ? sharing.as : null;
    if (says !== null && ownersOf(models, says).length === 0 && !isKnown(models, says)) {
      const text = `${element.coordinate} 称核对 ${says}，但没有这一信息项。 It says that it tests ${says}, which nobody publishes.`;
      found.push(finding('FILTER_ORACLE', element.coordinate, text));
      return;
    }
    for (const entity of entities) {
      const tested = itemNamedLike(models, entity, element.name);
      if (!tested || tested === says) continue;
      const item = classOf(models, tested);
      const stated = says === null ? own : stricter(own, classOf(models, says)) ? own : classOf(models, says);
      if (!stricter(item, stated)) continue;
      const text = `${element.coordinate} 按更严格的信息项 ${tested}（${item}）筛选，等于泄露该项。请写上 @sharing(as: "${tested}")。 It tests a stricter item; say so with @sharing(as: "${tested}").`;
      found.push(finding('FILTER_ORACLE', element.coordinate, text));
      return;
    }
  };
  for (const type of candidate.types.values()) {
    if (type.kind !== 'object' && type.kind !== 'interface') continue;
    for (const field of type.fields) {
      const entities = [...new Set([...selectedTypes(models, field.type), type.name])];
      for (const argument of field.args) {
        judge(argument, null, entities);
        for (const input of inputsOf(candidate, argument.type))
          for (const member of input.fields) judge(member, input, entities);
      }
    }
  }
  return found.filter(
    (one, index) => found.findIndex((other) => other.coordinate === one.coordinate) === index,
  );
}

function isKnown(models: readonly Model[], coordinate: string): boolean {
  const [typeName = '', fieldName] = coordinate.split('.');
  return models.some((model) => model.types.get(typeName)?.fields.some((one) => one.name === fieldName));
}

/** What a field selects from: its type, through Relay connections. */
function selectedTypes(models: readonly Model[], name: string): string[] {
  const fieldType = (type: string, field: string) => fieldTypeOf(models, type, field);
  const edge = fieldType(name, 'edges');
  const node = (edge && fieldType(edge, 'node')) ?? fieldType(name, 'nodes');
  return node ? [node, name] : [name];
}

/** An input type and those inside it. */
export function inputsOf(model: Model, name: string, seen: Set<string> = new Set()): ModelType[] {
  const type = model.types.get(name);
  if (type?.kind !== 'input' || seen.has(name)) return [];
  seen.add(name);
  return [type, ...type.fields.flatMap((field) => inputsOf(model, field.type, seen))];
}

/** Shortest item name that may stand inside an argument's: `phoneStartsWith` tests `phone`, `minAge` tests `age`. */
const SHORTEST_NAME = 3;

function itemNamedLike(models: readonly Model[], typeName: string, argument: string): string | null {
  const fields = models.flatMap((model) => {
    const type = model.types.get(typeName);
    return type && type.kind !== 'input' ? type.fields.filter((field) => owns(type, field)) : [];
  });
  const exact = fields.find((field) => field.name === argument);
  if (exact) return exact.coordinate;
  const wanted = wordsOf(argument);
  const inside = fields
    .filter((field) => field.name.length >= SHORTEST_NAME && contains(wanted, wordsOf(field.name)))
    .sort((a, b) => b.name.length - a.name.length);
  return inside[0]?.coordinate ?? null;
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .filter((word) => word !== '');
}

function contains(words: readonly string[], part: readonly string[]): boolean {
  return words.some((_, start) => part.every((word, index) => words[start + index] === word));
}
