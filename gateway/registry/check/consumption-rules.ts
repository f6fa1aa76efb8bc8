import { Kind, type SelectionSetNode } from 'graphql';
import { fieldSetText, parseFieldSet } from '../../field-set.ts';
import { type Finding, finding } from './finding.ts';
import { fieldTypeOf, type Model, type ModelField, type ModelType } from './model.ts';
import { classOf, inputsOf, ownersOf, sourcesOf } from './source-rules.ts';

/** What a subgraph would be sent of others: where it says so, how, and what. */
interface Need {
  readonly coordinate: string;
  readonly how: 'KEY' | 'COMPUTED' | 'ARGUMENT';
  readonly items: readonly string[];
}

/**
 * Measures Art. 14: whatever is sent to a subgraph is disclosed to its department, so that of another department's item that is not
 * unconditional it is a consumer, and needs a grant: for its keys, for what it computes from, and for what its arguments test.
 */
export function requiresFindings(
  candidate: Model,
  others: readonly Model[],
  isGranted: (coordinate: string) => boolean,
): Finding[] {
  const models = [candidate, ...others];
  const own = candidate.subgraph.provider.code;
  return needsOf(candidate, models).flatMap(({ coordinate, how, items }) =>
    [...new Set(items)].flatMap((item): Finding[] => {
      const owners = ownersOf(models, item);
      const sources = sourcesOf(owners).length > 0 ? sourcesOf(owners) : owners;
      const isOwn = sources.some(({ model }) => model.subgraph.provider.code === own);
      if (sources.length === 0 || isOwn || classOf(models, item) === 'UNCONDITIONAL' || isGranted(item))
        return [];
      const owner = sources[0]?.model.subgraph.provider.name ?? '';
      const text = `${coordinate} ${HOW[how].zh(item)}，该项属${owner}且非无条件共享，而本部门没有授权。请先向${owner}申请。 ${HOW[how].en(item)}, which needs a grant that your department does not hold; apply for it first.`;
      return [finding('REQUIRES_WITHOUT_GRANT', coordinate, text)];
    }),
  );
}

const HOW = {
  KEY: {
    zh: (item: string) => `以 ${item} 为键`,
    en: (item: string) => `It has ${item} in a key`,
  },
  COMPUTED: {
    zh: (item: string) => `由 ${item} 计算`,
    en: (item: string) => `It is computed from ${item}`,
  },
  ARGUMENT: {
    zh: (item: string) => `接收 ${item} 的值`,
    en: (item: string) => `It is given a value of ${item}`,
  },
};

function needsOf(candidate: Model, models: readonly Model[]): Need[] {
  return [...candidate.types.values()].flatMap((type): Need[] => {
    if (type.kind !== 'object' && type.kind !== 'interface') return [];
    const keys = type
      .federationAll('key')
      .filter(({ resolvable }) => resolvable !== false)
      .flatMap(({ fields }) => selectedCoordinates(models, type.name, fieldSetText(fields)));
    return [
      ...(keys.length > 0 ? [{ coordinate: type.name, how: 'KEY', items: keys } as const] : []),
      ...type.fields.flatMap((field) => needsOfField(candidate, models, type, field)),
    ];
  });
}

function needsOfField(
  candidate: Model,
  models: readonly Model[],
  type: ModelType,
  field: ModelField,
): Need[] {
  if (field.federation('external')) return [];
  const needs: Need[] = [];
  const { coordinate } = field;
  const items = field
    .federationAll('requires')
    .flatMap(({ fields }) => selectedCoordinates(models, type.name, fieldSetText(fields)));
  for (const argument of field.args) {
    for (const { field: text } of argument.federationAll('fromContext'))
      items.push(...contextCoordinates(candidate, models, String(text)));
    const inputs = inputsOf(candidate, argument.type).flatMap((input) => input.fields);
    const tested = [argument, ...inputs].flatMap((one) => one.sharing('sharing')?.as ?? []).map(String);
    if (tested.length > 0)
      needs.push({ coordinate: argument.coordinate, how: 'ARGUMENT', items: everywhere(models, tested) });
  }
  if (items.length > 0) needs.push({ coordinate, how: 'COMPUTED', items });
  return needs;
}

/** `$name selection`: of each type that sets the context. */
function contextCoordinates(candidate: Model, models: readonly Model[], text: string): string[] {
  const [, name, selection = ''] = /\$[\s,]*([A-Za-z_]\w*)([\s\S]*)$/.exec(text) ?? [];
  return [...candidate.types.values()]
    .filter((type) => type.federationAll('context').some((one) => one.name === name))
    .flatMap((type) => selectedCoordinates(models, type.name, selection));
}

/** Coordinates of everything that a field set selects, arguments and implementations included; none where it cannot be read. */
function selectedCoordinates(models: readonly Model[], typeName: string, fields: string): string[] {
  const found: string[] = [];
  const visit = (set: SelectionSetNode, at: string): void => {
    for (const one of set.selections) {
      if (one.kind === Kind.INLINE_FRAGMENT) visit(one.selectionSet, one.typeCondition?.name.value ?? at);
      if (one.kind !== Kind.FIELD || one.name.value === '__typename') continue;
      const coordinate = `${at}.${one.name.value}`;
      found.push(coordinate);
      for (const argument of one.arguments ?? [])
        found.push(...testedItems(models, coordinate, argument.name.value));
      const type = fieldTypeOf(models, at, one.name.value);
      if (one.selectionSet && type !== undefined) visit(one.selectionSet, type);
    }
  };
  try {
    visit(parseFieldSet(fields), typeName);
  } catch {
    return []; // Composition tells what is wrong with the field set.
  }
  return everywhere(models, found);
}

/** What the argument of a field that is required tests: to choose its value is to ask by it. */
function testedItems(models: readonly Model[], coordinate: string, argument: string): string[] {
  const [typeName = '', fieldName] = coordinate.split('.');
  return models.flatMap((model) => {
    const field = model.types.get(typeName)?.fields.find((one) => one.name === fieldName);
    const as = field?.args.find((one) => one.name === argument)?.sharing('sharing')?.as;
    return typeof as === 'string' ? [as] : [];
  });
}

/** What is read through an interface is read of all that implement it, in whichever subgraph. */
function everywhere(models: readonly Model[], coordinates: readonly string[]): string[] {
  const types = models.flatMap((model) => [...model.types.values()]);
  return coordinates.flatMap((coordinate) => {
    const [name = '', field] = coordinate.split('.');
    const implementing = types.filter((one) => one.interfaces.includes(name)).map((one) => one.name);
    return [coordinate, ...new Set(implementing.map((one) => `${one}.${field}`))];
  });
}
