import {
  doTypesOverlap,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  parse,
  validate,
} from 'graphql';
import { readJson } from '../../../gateway/exact-json.ts';

/** A generated operation, with the variables of two requests of it. */
export interface Written {
  readonly query: string;
  readonly variables: readonly Readonly<Record<string, unknown>>[];
}

/** Writes an operation over any schema by the numbers of a tape; bold aliases are given up where they are invalid. */
export function writeOperation(schema: GraphQLSchema, tape: readonly number[], isDense = false): Written {
  const bold = write(schema, tape, true, isDense);
  return validate(schema, parse(bold.query)).length === 0 ? bold : write(schema, tape, false, isDense);
}

const DEPTH = 4;

function write(schema: GraphQLSchema, tape: readonly number[], isBold: boolean, isDense: boolean): Written {
  let at = 0;
  const draw = (below: number): number => {
    const number = (tape[at % tape.length] ?? 0) + Math.floor(at / tape.length);
    at++;
    return number % below;
  };
  const variables = new Map<string, string>([
    ['on', 'Boolean!'],
    ['off', 'Boolean = false'],
  ]);
  const given: Record<string, unknown>[] = [
    { on: true, off: false },
    { on: false, off: false },
  ];
  const fragments: { readonly name: string; readonly on: GraphQLCompositeType; text: string }[] = [];

  const condition = (): string => {
    const texts = [
      '@include(if: $on)',
      '@skip(if: $on)',
      '@skip(if: $off)',
      '@include(if: true)',
      '@skip(if: $on) @include(if: $off)',
    ];
    return draw(3) === 0 ? ` ${texts[draw(texts.length)]}` : '';
  };

  const literal = (type: GraphQLInputType, depth: number): { text: string; value: unknown } => {
    if (isNonNullType(type)) return literal(type.ofType, depth);
    if (isListType(type)) {
      const items = Array.from({ length: draw(3) }, () => literal(type.ofType, depth));
      return { text: `[${items.map((one) => one.text).join(', ')}]`, value: items.map((one) => one.value) };
    }
    if (isEnumType(type)) {
      const name = type.getValues()[draw(type.getValues().length)]?.name ?? '';
      return { text: name, value: name };
    }
    if (isInputObjectType(type)) {
      const entries = Object.values(type.getFields()).flatMap((one) => {
        if (draw(2) === 0 || (depth === 0 && isInputObjectType(getNamedType(one.type)))) return [];
        const inner = literal(one.type, depth - 1);
        return [{ name: one.name, ...inner }];
      });
      return {
        text: `{${entries.map((one) => `${one.name}: ${one.text}`).join(', ')}}`,
        value: Object.fromEntries(entries.map((one) => [one.name, one.value])),
      };
    }
    const number = draw(100);
    if (type.name === 'Long') {
      const text = number % 3 === 0 ? String(number) : `900719925474099${number}`;
      return { text, value: readJson(text) };
    }
    return type.name === 'Int'
      ? { text: String(number), value: number }
      : { text: JSON.stringify(`t${number}`), value: `t${number}` };
  };

  const argumentText = (argument: GraphQLArgument): string | null => {
    const way = draw(6);
    if (way < 2 && !isRequiredArgument(argument)) return null;
    if (way < 4) return literal(argument.type, 2).text;
    const name = `v${variables.size}`;
    const preset = way === 4 ? ` = ${literal(argument.type, 1).text}` : '';
    variables.set(name, `${argument.type}${preset}`);
    for (const values of given) {
      const kind = draw(4);
      if (kind > 1) values[name] = literal(argument.type, 2).value;
      else if (kind === 1 && preset === '' && !isNonNullType(argument.type)) values[name] = null;
      else if (isNonNullType(argument.type) && preset === '') values[name] = literal(argument.type, 2).value;
    }
    return `$${name}`;
  };

  const fieldText = (type: GraphQLCompositeType, depth: number): string => {
    if (draw(6) === 0 || !(isObjectType(type) || isInterfaceType(type))) return '__typename';
    const fields = Object.values(type.getFields()).filter(
      (one) => depth > 0 || !isCompositeType(getNamedType(one.type)),
    );
    const field = fields[draw(fields.length)];
    if (!field) return '__typename';
    const texts = field.args.flatMap((one) => {
      const text = argumentText(one);
      return text === null ? [] : [`${one.name}: ${text}`];
    });
    const args = texts.length > 0 ? `(${texts.join(', ')})` : '';
    const safe = args === '' ? '' : `${field.name}_${nameOf(args)}: `;
    const alias = isBold && draw(4) === 0 ? `k${draw(3)}: ` : safe;
    const target = getNamedType(field.type);
    const below = isCompositeType(target) ? ` ${selection(target, depth - 1)}` : '';
    return `${alias}${field.name}${args}${condition()}${below}`;
  };

  const overlapping = (type: GraphQLCompositeType): GraphQLCompositeType[] =>
    Object.values(schema.getTypeMap()).filter(
      (one): one is GraphQLCompositeType =>
        isCompositeType(one) && !one.name.startsWith('__') && doTypesOverlap(schema, type, one),
    );

  const fragment = (type: GraphQLCompositeType, depth: number): string => {
    const known = fragments.filter((one) => one.text !== '' && doTypesOverlap(schema, type, one.on));
    const reused = known[draw(3)];
    if (reused) return `...${reused.name}${condition()}`;
    const types = overlapping(type);
    const on = types[draw(types.length)] ?? type;
    if (draw(6) === 0) return `...${condition()} ${selection(type, depth)}`;
    if (draw(3) > 0) return `... on ${on.name}${condition()} ${selection(on, depth)}`;
    const made = { name: `F${fragments.length}`, on, text: '' };
    fragments.push(made);
    made.text = `fragment ${made.name} on ${on.name} ${selection(on, depth)}`;
    return `...${made.name}${condition()}`;
  };

  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const isAbstract = !isObjectType(type);
    // What is asked for beside each other is what fetches share.
    const least = isDense && depth >= DEPTH - 2 ? 3 : 1;
    const parts = Array.from({ length: least + draw(3) }, () =>
      depth > 0 && draw(isAbstract ? 2 : 4) === 0 ? fragment(type, depth - 1) : fieldText(type, depth),
    );
    return `{ ${parts.join(' ')} }`;
  };

  const mutation = schema.getMutationType();
  const isMutation = mutation && draw(4) === 0;
  const root = isMutation ? mutation : schema.getQueryType();
  if (!root) throw new Error('no root');
  const body = Array.from({ length: 1 + draw(3) }, () => fieldText(root, DEPTH)).join(' ');
  const spread = draw(8) === 0 ? ` ... on ${root.name}${condition()} { ${fieldText(root, 1)} }` : '';
  const text = `{ ${body}${spread} } ${fragments.map((one) => one.text).join(' ')}`;
  const declared = [...variables].filter(([name]) => new RegExp(`\\$${name}\\b`).test(text));
  const head =
    declared.length > 0 ? ` (${declared.map(([name, type]) => `$${name}: ${type}`).join(', ')})` : '';
  return {
    query: `${isMutation ? 'mutation' : 'query'}${head} ${text}`.trim(),
    variables: given.map((values) =>
      Object.fromEntries(Object.entries(values).filter(([name]) => declared.some(([one]) => one === name))),
    ),
  };
}

/** A part of a name that is the same for the same text. */
function nameOf(text: string): string {
  let value = 0;
  for (const char of text) value = (value * 31 + char.charCodeAt(0)) % 1_000_003;
  return value.toString(36);
}
