import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type TypeNode,
} from 'graphql';
import { fieldSetText, ownFields, parseFieldSet } from '../../field-set.ts';
import { linkedNames } from '../complete-sdl.ts';
import { SPECIFIED } from '../machinery.ts';
import type { Subgraph } from '../rules.ts';
import { SHARING_IDENTITY } from '../sharing-names.ts';

const FEDERATION_IDENTITY = 'https://specs.apollo.dev/federation';

type Values = Readonly<Record<string, unknown>>;

/** Anything in an SDL that can carry rules: a type, a field, an argument, an input field or an enum value. */
export interface Element {
  readonly coordinate: string;
  readonly name: string;
  /** Name of its type without lists and nulls; for a type its own name. */
  readonly type: string;
  /** The arguments of a sharing directive on it, by the directive's own name whatever it was imported as. */
  sharing(directive: string): Values | null;
  federation(directive: string): Values | null;
  federationAll(directive: string): readonly Values[];
}

export interface ModelField extends Element {
  readonly args: readonly Element[];
}

export interface ModelType extends Element {
  readonly kind: 'object' | 'interface' | 'input' | 'enum';
  readonly fields: readonly ModelField[];
  /** Names of the interfaces that it implements. */
  readonly interfaces: readonly string[];
}

/** One subgraph's SDL as it was written, also when it does not compose: so that every fault in it can be told at once. */
export interface Model {
  readonly subgraph: Subgraph;
  readonly types: ReadonlyMap<string, ModelType>;
}

export function readTypes(document: DocumentNode): ReadonlyMap<string, ModelType> {
  const names = {
    sharing: directiveNames(document, SHARING_IDENTITY),
    federation: directiveNames(document, FEDERATION_IDENTITY),
  };
  const types = new Map<string, ModelType>();
  const roots = rootNames(document);
  for (const one of document.definitions) {
    if (!('name' in one) || !one.name || !(one.kind in KINDS) || SPECIFIED.test(one.name.value)) continue;
    const kind = KINDS[one.kind as keyof typeof KINDS];
    const members = membersOf(one);
    const element = (
      node: { readonly directives?: readonly ConstDirectiveNode[] },
      coordinate: string,
      name: string,
      type: string,
    ): Element => ({
      coordinate,
      name,
      type,
      sharing: (directive) => applied(node.directives, names.sharing(directive))[0] ?? null,
      federation: (directive) => applied(node.directives, names.federation(directive))[0] ?? null,
      federationAll: (directive) => applied(node.directives, names.federation(directive)),
    });
    const typeName = roots.get(one.name.value) ?? one.name.value;
    const fields = members.map((member): ModelField => {
      const coordinate = `${typeName}.${member.name.value}`;
      const args = 'arguments' in member ? (member.arguments ?? []) : [];
      return {
        ...element(
          member,
          coordinate,
          member.name.value,
          'type' in member ? namedType(member.type) : typeName,
        ),
        args: args.map((arg) =>
          element(arg, `${coordinate}(${arg.name.value}:)`, arg.name.value, namedType(arg.type)),
        ),
      };
    });
    const before = types.get(typeName);
    const directives = 'directives' in one ? (one.directives ?? []) : [];
    const own = element(
      { directives: directives as readonly ConstDirectiveNode[] },
      typeName,
      typeName,
      typeName,
    );
    const interfaces = 'interfaces' in one ? (one.interfaces ?? []).map(({ name }) => name.value) : [];
    types.set(
      typeName,
      before ? joinTypes(before, own, fields, interfaces) : { ...own, kind, fields, interfaces },
    );
  }
  return types;
}

/**
 * Is a field one of those by which the type's objects are told apart? Nothing below such a field is, no root field, and not what
 * is taken over from another subgraph.
 */
export function isKeyOf(type: ModelType, field: ModelField): boolean {
  if (ROOTS.has(type.name) || field.federation('override')) return false;
  return type.federationAll('key').some(({ fields }) => {
    try {
      return ownFields(parseFieldSet(fieldSetText(fields))).includes(field.name);
    } catch {
      return false; // Composition tells what is wrong with the field set.
    }
  });
}

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

/** Name of the type of a field that any of the subgraphs declares. */
export function fieldTypeOf(models: readonly Model[], type: string, field: string): string | undefined {
  return models.flatMap((model) => model.types.get(type)?.fields ?? []).find((one) => one.name === field)
    ?.type;
}

/** A definition and its extensions are one type. */
function joinTypes(
  before: ModelType,
  own: Element,
  fields: readonly ModelField[],
  interfaces: readonly string[],
): ModelType {
  return {
    ...before,
    fields: [...before.fields, ...fields],
    interfaces: [...before.interfaces, ...interfaces],
    sharing: (directive) => before.sharing(directive) ?? own.sharing(directive),
    federation: (directive) => before.federation(directive) ?? own.federation(directive),
    federationAll: (directive) => [...before.federationAll(directive), ...own.federationAll(directive)],
  };
}

/** What federation calls the root types that a document calls otherwise. */
function rootNames(document: DocumentNode): ReadonlyMap<string, string> {
  const names = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };
  return new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.SCHEMA_DEFINITION || one.kind === Kind.SCHEMA_EXTENSION
        ? (one.operationTypes ?? []).map(
            ({ operation, type }) => [type.name.value, names[operation]] as const,
          )
        : [],
    ),
  );
}

const KINDS = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'object',
  [Kind.OBJECT_TYPE_EXTENSION]: 'object',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'interface',
  [Kind.INTERFACE_TYPE_EXTENSION]: 'interface',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'input',
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: 'input',
  [Kind.ENUM_TYPE_DEFINITION]: 'enum',
  [Kind.ENUM_TYPE_EXTENSION]: 'enum',
} as const;

type Member = FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode;

function membersOf(definition: object): readonly Member[] {
  const { fields, values } = definition as { fields?: readonly Member[]; values?: readonly Member[] };
  return fields ?? values ?? [];
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** What a document calls a specification's directives. */
function directiveNames(document: DocumentNode, identity: string): (directive: string) => string {
  const names = linkedNames(document, identity);
  return (directive) =>
    names?.(`@${directive}`).slice(1) ?? (identity === FEDERATION_IDENTITY ? directive : '');
}

function applied(directives: readonly ConstDirectiveNode[] | undefined, name: string): Values[] {
  return (directives ?? [])
    .filter((one) => one.name.value === name)
    .map((one) =>
      Object.fromEntries(
        (one.arguments ?? []).map((argument) => [argument.name.value, plain(argument.value)]),
      ),
    );
}

function plain(value: ConstValueNode): unknown {
  switch (value.kind) {
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return value.values.map(plain);
    case Kind.OBJECT:
      return Object.fromEntries(value.fields.map((field) => [field.name.value, plain(field.value)]));
    case Kind.BOOLEAN:
      return value.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(value.value);
    default:
      return value.value;
  }
}
