import fc from 'fast-check';

/** What is done to a provider's answer, by numbers: which value, and what becomes of it. */
export interface Tampering {
  readonly call: number;
  readonly place: number;
  readonly kind: number;
  readonly with: number;
}

export const tampering: fc.Arbitrary<Tampering> = fc.record({
  call: fc.nat({ max: 5 }),
  place: fc.nat({ max: 999 }),
  kind: fc.nat({ max: 12 }),
  with: fc.nat({ max: 99 }),
});

/** The kind that leaves one key out. */
export const LEFT_OUT = 4;

/** A text that no provider has been asked for. */
export const FOREIGN = 'FOREIGN';

type Slot = { readonly holder: Record<string | number, unknown>; readonly key: string | number };

/** The answer's bytes after tampering. `keys` are names under which something foreign may be added. */
export function tamper(body: Buffer, given: Tampering, keys: readonly string[]): Buffer {
  const text = body.toString('utf8');
  const parsed: unknown = JSON.parse(text);
  const slots = slotsOf(parsed);
  const slot = slots[given.place % slots.length];
  if (!slot) return body;
  const { holder, key } = slot;
  const write = (): Buffer => Buffer.from(JSON.stringify(parsed));
  switch (given.kind) {
    case 0:
      return body.subarray(0, given.place % body.length); // truncated
    case 1:
      return Buffer.concat([body, Buffer.from('}')]);
    case 2:
      return Buffer.from(body.map((byte, at) => (at === given.place % body.length ? 0xff : byte)));
    case 3:
      holder[key] = null;
      return write();
    case LEFT_OUT: {
      const inObjects = slots.filter((one) => !Array.isArray(one.holder));
      const one = inObjects[given.place % inObjects.length];
      if (one) delete one.holder[one.key];
      return write();
    }
    case 5:
      if (Array.isArray(holder)) holder.push(holder[0]);
      else holder[key] = [holder[key]];
      return write();
    case 6:
      for (const one of slots)
        if (one.key === '__typename') one.holder[one.key] = TYPES[given.with % TYPES.length];
      return write();
    case 7: {
      const other = slots[given.with % slots.length];
      if (other && !isWithin(other.holder[other.key], holder) && !isWithin(holder[key], other.holder)) {
        const value = holder[key];
        holder[key] = other.holder[other.key];
        other.holder[other.key] = value;
      }
      return write();
    }
    case 8: // more than was asked for, everywhere
      addForeign(parsed, keys, given.with);
      return write();
    case 9:
      holder[key] = JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`);
      return write();
    case 12:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      return write();
    default:
      holder[key] = WRONG[given.with % WRONG.length];
      return write();
  }
}

const TYPES = ['Spy', 'A', 'Q', 'M', 'Query', 7, null, {}];
const WRONG = [
  true,
  1.5,
  2 ** 40,
  -1,
  '',
  {},
  [],
  [[]],
  { id: {} },
  'text',
  [null],
  { __typename: 'A', id: '1' },
];

function addForeign(value: unknown, keys: readonly string[], seed: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (isScalar(value)) return;
  for (const inner of Object.values(value)) addForeign(inner, keys, seed);
  if (Array.isArray(value)) return;
  const foreign = [FOREIGN, [FOREIGN], { id: FOREIGN, __typename: 'A' }, [[FOREIGN]]][seed % 4];
  for (const key of keys) if (!Object.hasOwn(value, key)) Reflect.set(value, key, foreign);
}

/** A value of the scalar `Any`, which may hold whatever its provider likes (`leafOf`). */
function isScalar(value: object): boolean {
  return Object.hasOwn(value, 'a') && Object.hasOwn(value, 'b');
}

function slotsOf(value: unknown): Slot[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): Slot[] => [
    { holder: value as Slot['holder'], key },
    ...slotsOf(inner),
  ]);
}

function isWithin(value: unknown, holder: unknown): boolean {
  return value === holder || slotsOf(value).some((one) => one.holder[one.key] === holder);
}
