import {
  type DefinitionNode,
  extendSchema,
  type GraphQLEnumType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
} from 'graphql';
import type { SharingIndex, SharingRule } from './rules.ts';

/** Directives that consumers write on their operations. */
const EXECUTABLE = new Set(['purpose', 'verify', 'crossCheck']);

/** Names that `@purpose` brings into the consumers' schema; no subgraph may define them. */
export const RESERVED_TYPE_NAMES = ['Use', 'OnDenied'] as const;

/**
 * The schema that consumers see: the supergraph's API schema, the executable directives, and each element's
 * sharing rules in its description (the catalogue is public to departments, Measures Art. 7).
 */
export function consumerSchema(
  api: GraphQLSchema,
  index: SharingIndex,
  specification: string,
  neverPlainlyNull: ReadonlySet<string> = new Set(),
): GraphQLSchema {
  const definitions = parse(specification, { noLocation: true }).definitions.filter(isForConsumers);
  const schema = extendSchema(api, { kind: Kind.DOCUMENT, definitions });
  describeRules(schema, index, neverPlainlyNull);
  return schema;
}

function isForConsumers(definition: DefinitionNode): boolean {
  if (definition.kind === Kind.DIRECTIVE_DEFINITION) return EXECUTABLE.has(definition.name.value);
  return (
    definition.kind === Kind.ENUM_TYPE_DEFINITION &&
    RESERVED_TYPE_NAMES.some((name) => name === definition.name.value)
  );
}

interface Described {
  description?: string | null | undefined;
}

function describeRules(
  schema: GraphQLSchema,
  index: SharingIndex,
  neverPlainlyNull: ReadonlySet<string>,
): void {
  const describe = (element: Described, coordinate: string): void => {
    const nullability = neverPlainlyNull.has(coordinate) && SEMANTIC_NON_NULL;
    element.description = [element.description, nullability, describeRule(index.rule(coordinate))]
      .filter(Boolean)
      .join('\n\n');
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || RESERVED_TYPE_NAMES.some((name) => name === type.name)) continue;
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        describe(field, `${type.name}.${field.name}`);
        for (const argument of field.args)
          describe(argument, `${type.name}.${field.name}(${argument.name}:)`);
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) describe(field, `${type.name}.${field.name}`);
    } else if (isEnumType(type)) describeRestrictedValues(type, index, describe);
  }
}

/** Values are worth a word only where they are not free: an enumeration's list should stay readable. */
function describeRestrictedValues(
  type: GraphQLEnumType,
  index: SharingIndex,
  describe: (element: Described, coordinate: string) => void,
): void {
  for (const value of type.getValues()) {
    const coordinate = `${type.name}.${value.name}`;
    if (index.rule(coordinate).class !== 'UNCONDITIONAL') describe(value, coordinate);
  }
}

/** `@semanticNonNull`, which holds here as every null that is not the provider's has an error. */
const SEMANTIC_NON_NULL = '**语义非空 semantic non-null**: 仅在出错时为空 null only with an error';

const CLASS_NAMES = {
  UNCONDITIONAL: '无条件共享 UNCONDITIONAL',
  CONDITIONAL: '有条件共享 CONDITIONAL',
  WITHHELD: '不予共享 WITHHELD',
} as const;

function describeRule(rule: SharingRule): string {
  const lines = [
    `**共享类型 class**: ${CLASS_NAMES[rule.class]}`,
    rule.class !== 'WITHHELD' && `**用途 purposes**: ${[...rule.purposes].join(', ')}`,
    rule.matchOnly.size > 0 && `**仅供核对 match only**: ${[...rule.matchOnly].join(', ')}`,
    rule.masks.size > 0 &&
      `**脱敏 masked for**: ${[...rule.masks].map(([use, mask]) => `${use} (${mask})`).join(', ')}`,
    rule.basis !== undefined && `**依据 basis**: ${rule.basis}`,
    rule.condition !== undefined && `**共享条件 condition**: ${rule.condition}`,
    rule.tests !== undefined && `**核对信息项 tests**: \`${rule.tests}\``,
    rule.requires.length > 0 &&
      `**由此计算 computed from**: ${rule.requires.map((one) => `\`${one}\``).join(', ')}`,
    rule.provider.name !== '' && `**提供部门 provider**: ${rule.provider.name}`,
  ];
  return lines.filter(Boolean).join('  \n');
}
