import type { Member } from '../harness.ts';
import { computed, type Instance, instanceOf, staleValue, valueOfField } from './values.ts';
import {
  ENTITIES,
  type Field,
  INTERFACE,
  KEYED,
  SUBGRAPHS,
  TARGETS,
  UNION,
  VALUE,
  type World,
} from './world.ts';

type Resolver = (parent: Instance & Record<string, unknown>, args: object) => unknown;

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
    const { requires, provides } = field;
    if (requires) {
      external(requires.field);
      if (requires.below) external(requires.below);
    }
    if (provides) {
      external(provides);
      define(ENTITIES[provides.on] ?? '', provides.name, (parent, args) =>
        valueOfField(provides, parent.__typename, parent.id, args),
      );
    }
    for (const type of ownersOf(field)) {
      if (field.on >= INTERFACE) declareTarget(field.on);
      const isAbstract = type === 'I' || (type === 'M' && isHome);
      declare(type).add(`${signature(field)}${isAbstract ? '' : directivesOf(field)}`);
      if (isAbstract) continue;
      define(type, field.name, (parent, args) =>
        requires
          ? computed(parent.id, parent[requires.field.name])
          : valueOfField(
              field,
              type === 'M' ? instanceOf('P', Number(parent.id)).__typename : type,
              parent.id,
              args,
            ),
      );
    }
  }
  for (const field of [...world.roots, ...world.mutations]) {
    if (!field.resolvedBy.includes(at)) continue;
    use(field);
    const type = field.name.startsWith('r') ? 'Query' : 'Mutation';
    declare(type).add(`${signature(field)}${field.isShareable ? ' @shareable' : ''}`);
    define(type, field.name, (_, args) => {
      if (type === 'Mutation') log.push(`${field.name}${JSON.stringify(args)}`);
      return valueOfField(field, type, '', args);
    });
  }
  if (lines.size === 0) return null;
  for (const type of [...ENTITIES, 'P', 'Q', 'M'])
    if (lines.has(type))
      resolvers[type] = { ...resolvers[type], __resolveReference: reference(type, isHome) };
  for (const type of ['I', 'M', 'U'])
    if (lines.has(type) && !(type === 'M' && !isHome))
      resolvers[type] = { ...resolvers[type], __resolveType: (value: Instance) => value.__typename };
  return { sdl: sdlOf(world, at, lines), resolvers: resolvers as never };
}

/** A reference is the object, with what was required; that of an interface says of which type it is. */
function reference(type: string, isHome: boolean): (given: Instance) => object {
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
  const { requires, provides, staleIn } = field;
  const texts: string[] = [];
  if (field.isShareable) texts.push('@shareable');
  if (staleIn !== null) texts.push(`@override(from: "${SUBGRAPHS[staleIn]}")`);
  if (requires) {
    const inner = requires.below ? ` { id ${requires.below.name} }` : ' { id }';
    const below = requires.field.leaf === null ? inner : '';
    texts.push(`@requires(fields: "${requires.field.name}${requires.argument}${below}")`);
  }
  if (provides) texts.push(`@provides(fields: "${provides.name}")`);
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
    return `type ${type}${implemented} @key(fields: "id")${marks} { id: ID! ${body} }`;
  });
  const text = parts.join('\n');
  const inputs = [
    /\bE\b/.test(text) || /: In\b/.test(text) ? 'enum E { X Y Z }' : '',
    /: In\b/.test(text) ? 'input In { a: Int = 1 b: [String!] e: E in: In }' : '',
    /\bAny\b/.test(text) ? 'scalar Any' : '',
  ];
  return [...parts, ...inputs].join('\n');
}
