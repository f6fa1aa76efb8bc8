import { parse, visit } from 'graphql';
import { fieldsByName } from './values.ts';
import { INTERFACE, type World } from './world.ts';

/** What a run must have drawn some of, or it says nothing about it. */
export const DRAWN = [
  'a computed field under a condition',
  'a field computed from several',
  'a requirement through an interface',
  'a root field that provides',
  'a field that provides',
  'a path that is provided',
  'a compound or nested key',
  'a number beyond a double',
  'such a number as an argument',
] as const;
export type Drawn = (typeof DRAWN)[number];

/** What of it an operation asks for. */
export function drawnBy(world: World, query: string): Set<Drawn> {
  const fields = fieldsByName(world);
  const drawn = new Set<Drawn>();
  const note = (what: Drawn, is: boolean): void => {
    if (is) drawn.add(what);
  };
  let conditions = 0;
  const own = (node: object): number =>
    'directives' in node && Array.isArray(node.directives) ? node.directives.length : 0;
  visit(parse(query), {
    enter(node) {
      conditions += own(node);
      if (node.kind !== 'Field') return;
      const field = fields.get(node.name.value);
      if (!field) return;
      const { requires, provides, providesBelow, leaf, on } = field;
      note('a computed field under a condition', requires.length > 0 && conditions > 0);
      note('a field computed from several', requires.length > 1);
      note(
        'a requirement through an interface',
        requires.some((one) => one.field.leaf === null && one.field.target === INTERFACE),
      );
      note('a root field that provides', provides !== null && on < 0);
      note('a field that provides', provides !== null && on >= 0);
      note('a path that is provided', providesBelow !== null);
      note(
        'a compound or nested key',
        [on, leaf === null ? field.target : -1].some((type) => (world.spec.keys?.[type] ?? 0) > 0),
      );
      note('a number beyond a double', leaf === 'Long');
      note(
        'such a number as an argument',
        (node.arguments ?? []).some((one) => one.name.value === 'long'),
      );
    },
    leave(node) {
      conditions -= own(node);
    },
  });
  return drawn;
}
