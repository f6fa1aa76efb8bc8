import { Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { readJson } from '../../../gateway/exact-json.ts';
import type { Member } from '../harness.ts';
import { asJson, computed, entityOf, type Instance, instanceOf, staleValue, valueOfField } from './values.ts';
import {
  ENTITIES,
  type Field,
  INTERFACE,
  KEYED,
  KEYS,
  type Requirement,
  SUBGRAPHS,
  TARGETS,
  UNION,
  VALUE,
  type World,
} from './world.ts';

type Resolver = (parent: Instance & Record<string, unknown>, args: object) => unknown;

/** How `Long` is read from a literal: as it is written. */
export const EXACT = {
  parseLiteral: (node: ValueNode): unknown =>
    node.kind === Kind.INT ? readJson(node.value) : valueFromASTUntyped(node),
};

/** What resolvers did, in order: the names of the mutations that ran. */
export type Log = string[];

/** The subgraphs of a world, each resolving its own fields of the same data. */
export function membersOf(world: World, log: Log): Record<string, Member> {
  const members: Record<string, Member> = {};
  for (const [at, name] of SUBGRAPHS.entries()) {
    const member = memberOf(world, at, log);
    if (member) members[name] = member;
  }
  return members;
}

function memberOf(world: World, at: number, log: Log): Member | null {
  const lines = new Map<string, Set<string>>();
  const resolvers: Record<string, Record<string, unknown>> = {};
  const declare = (type: string): Set<string> => {
    const known = lines.get(type) ?? new Set<string>();
    lines.set(type, known);
    return known;
  };
  const define = (type: string, field: string, resolve: Resolver): void => {
    resolvers[type] ??= {};
    resolvers[type][field] = resolve;
  };
  const isHome = world.spec.home === at;
  /** The types that a field stands on in this subgraph. */
  const ownersOf = (field: Field): string[] => {
    if (field.on === INTERFACE) return ['I', ...ENTITIES];
    if (field.on === KEYED) return isHome ? ['M', 'P', 'Q'] : ['M'];
    return [ENTITIES[field.on] ?? ''];
  };
  const use = (field: Field): void => {
    if (field.leaf === null) declareTarget(field.target);
  };
  const declareTarget = (target: number): void => {
    declare(TARGETS[target] ?? '');
    if (target === INTERFACE) for (const one of world.implementing(at)) declare(one);
    if (target === UNION) for (const one of world.united(at)) declare(one);
    if (target === KEYED && isHome) for (const one of ['P', 'Q']) declare(one);
  };
  const external = (field: Field): void => {
    use(field);
    declare(ENTITIES[field.on] ?? '').add(`${signature(field)} @external`);
  };

  const provide = ({ provides, providesBelow }: Field): void => {
    for (const one of [provides, providesBelow]) {
      if (!one) continue;
      external(one);
      define(ENTITIES[one.on] ?? '', one.name, (parent, args) =>
        valueOfField(one, parent.__typename, parent.id, args),
      );
    }
  };

  const everything = [...world.fields, ...world.roots, ...world.mutations];
  if (isHome && everything.some((one) => one.on === KEYED || (one.leaf === null && one.target === KEYED)))
    declareTarget(KEYED);
  for (const field of world.fields) {
    if (field.staleIn === at) {
      const type = ENTITIES[field.on] ?? '';
      declare(type).add(signature(field));
      define(type, field.name, () => staleValue(field));
    }
    if (!field.resolvedBy.includes(at)) continue;
    use(field);
    const { requires } = field;
    for (const one of requires) for (const needed of [one.field, ...one.below]) external(needed);
    provide(field);
    for (const type of ownersOf(field)) {
      if (field.on >= INTERFACE) declareTarget(field.on);
      const isAbstract = type === 'I' || (type === 'M' && isHome);
      declare(type).add(`${signature(field)}${isAbstract ? '' : directivesOf(field)}`);
      if (isAbstract) continue;
      define(type, field.name, (parent, args) =>
        requires.length > 0
          ? computed(
              parent.id,
              requires.map((one) => held(one, parent[one.field.name])),
            )
          : withProvided(
              field,
              valueOfField(
                field,
                type === 'M' ? instanceOf('P', Number(parent.id)).__typename : type,
                parent.id,
                args,
              ),
            ),
      );
    }
  }
  for (const field of [...world.roots, ...world.mutations]) {
    if (!field.resolvedBy.includes(at)) continue;
    use(field);
    provide(field);
    const type = field.name.startsWith('r') ? 'Query' : 'Mutation';
    declare(type).add(`${signature(field)}${directivesOf(field)}`);
    define(type, field.name, (_, args) => {
      if (type === 'Mutation') log.push(`${field.name}${JSON.stringify(args)}`);
      return withProvided(field, valueOfField(field, type, '', args));
    });
  }
  if (lines.size === 0) return null;
  for (const type of [...ENTITIES, 'P', 'Q', 'M'])
    if (lines.has(type))
      resolvers[type] = { ...resolvers[type], __resolveReference: reference(type, isHome) };
  for (const type of ['I', 'M', 'U'])
    if (lines.has(type) && !(type === 'M' && !isHome))
      resolvers[type] = { ...resolvers[type], __resolveType: (value: Instance) => value.__typename };
  const sdl = sdlOf(world, at, lines);
  if (sdl.includes('scalar Long')) resolvers.Long = { ...EXACT };
  return { sdl, resolvers: resolvers as never };
}

/** The objects that a field leads to, with what it provides of them, from which other fields of the subgraph may be computed. */
function withProvided({ provides, providesBelow }: Field, value: unknown): unknown {
  if (!provides || provides.fails) return value;
  const give = (one: Field, to: unknown, inner: (own: unknown) => unknown): unknown => {
    if (Array.isArray(to)) return to.map((each) => give(one, each, inner));
    if (to === null) return null;
    const at = to as Instance;
    return { ...at, [one.name]: inner(asJson(one, valueOfField(one, at.__typename, at.id))) };
  };
  return give(provides, value, (own) =>
    providesBelow && !providesBelow.fails ? give(providesBelow, own, (below) => below) : own,
  );
}

/** Of a required value what is required: a representation holds no more, but what the subgraph itself provides may. */
function held(requires: Requirement, value: unknown): unknown {
  if (requires.field.leaf !== null || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => held(requires, one));
  const names = ['id', ...requires.below.map((one) => one.name)];
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
}

/** A reference is the object, with what was required; that of an interface says of which type it is. */
function reference(type: string, isHome: boolean): (given: Instance) => object {
  if (ENTITIES.some((one) => one === type)) return (given) => entityOf(type, given);
  if (type !== 'M' || !isHome) return (given) => given;
  return (given) => ({ ...given, ...instanceOf('P', Number(given.id)) });
}

function signature(field: Field): string {
  const item = `${field.leaf ?? TARGETS[field.target]}${field.hasNonNullItems && field.lists > 0 ? '!' : ''}`;
  const listed = { 0: item, 1: `[${item}]`, 2: `[[${item}]${field.hasNonNullItems ? '!' : ''}]` }[
    field.lists
  ];
  const args = field.argument === '' ? '' : `(${field.argument})`;
  return `${field.name}${args}: ${listed}${field.isNonNull ? '!' : ''}`;
}

function directivesOf(field: Field): string {
  const { requires, provides, providesBelow, staleIn } = field;
  const texts: string[] = [];
  if (field.isShareable) texts.push('@shareable');
  if (staleIn !== null) texts.push(`@override(from: "${SUBGRAPHS[staleIn]}")`);
  const required = requires.map((one) => {
    const below = one.below.map((inner) =>
      one.field.target === INTERFACE ? `... on ${ENTITIES[inner.on]} { ${inner.name} }` : inner.name,
    );
    return `${one.field.name}${one.argument}${one.field.leaf === null ? ` { id ${below.join(' ')} }` : ''}`;
  });
  if (required.length > 0) texts.push(`@requires(fields: "${required.join(' ')}")`);
  const inner = providesBelow ? ` { ${providesBelow.name} }` : '';
  if (provides) texts.push(`@provides(fields: "${provides.name}${inner}")`);
  return texts.map((one) => ` ${one}`).join('');
}

function sdlOf(world: World, at: number, lines: ReadonlyMap<string, ReadonlySet<string>>): string {
  const isHome = world.spec.home === at;
  const parts = [...lines].map(([type, own]) => {
    const body = [...own].join(' ');
    if (type === 'Query' || type === 'Mutation') return `type ${type} { ${body} }`;
    if (type === 'U') return `union U = ${world.united(at).join(' | ')}`;
    if (type === 'V') return `type ${TARGETS[VALUE]} @shareable { id: ID! x: Int y: String! }`;
    if (type === 'I') return `interface I { id: ID! ${body} }`;
    if (type === 'M' && isHome) return `interface M @key(fields: "id") { id: ID! ${body} }`;
    const isImplementing = lines.has('I') && world.implementing(at).includes(type);
    const implemented = isImplementing
      ? ' implements I'
      : type === 'P' || type === 'Q'
        ? ' implements M'
        : '';
    const marks = type === 'M' ? ' @interfaceObject' : '';
    const forms: readonly string[] =
      KEYS[world.spec.keys?.[ENTITIES.findIndex((one) => one === type)] ?? 0] ?? KEYS[0];
    const keys = forms.map((one) => ` @key(fields: "${one}")`).join('');
    const isIn = (name: string): boolean =>
      forms.some((one) => new RegExp(`^(?:no )?${name}\\b|^id ${name}\\b`).test(one));
    const parts = [
      `id: ID!${isIn('id') ? '' : ' @shareable'}`,
      isIn('no') ? 'no: Long!' : '',
      isIn('tag') ? 'tag: Tag!' : '',
    ];
    return `type ${type}${implemented}${keys}${marks} { ${parts.join(' ')} ${body} }`;
  });
  const text = parts.join('\n');
  const inputs = [
    /\bE\b/.test(text) || /: In\b/.test(text) ? 'enum E { X Y Z }' : '',
    /: In\b/.test(text) ? 'input In { a: Int = 1 b: [String!] e: E in: In }' : '',
    /\bAny\b/.test(text) ? 'scalar Any' : '',
    /: Tag!/.test(text)
      ? 'type Tag @shareable { code: String! part: Part! } type Part @shareable { no: Long! }'
      : '',
    /\bLong\b|: Tag!/.test(text) ? 'scalar Long' : '',
  ];
  return [...parts, ...inputs].join('\n');
}
