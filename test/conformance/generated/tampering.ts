import fc from 'fast-check';
import { ExactNumber, readJson, writeJson } from '../../../gateway/exact-json.ts';

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
  kind: fc.nat({ max: 20 }),
  with: fc.nat({ max: 99 }),
});

/** The kind that leaves one key out. */
export const LEFT_OUT = 4;

/** The kind that gives no answer at all. */
export const FAILED = 20;

/** More errors than any answer may tell. */
const ERRORS = 3_000;

/** A text that no provider has been asked for. */
export const FOREIGN = 'FOREIGN';

type Slot = { readonly holder: Record<string | number, unknown>; readonly key: string | number };

/** The answer's bytes after tampering. `keys` are names under which something foreign may be added. */
export function tamper(body: Buffer, given: Tampering, keys: readonly string[]): Buffer {
  const text = body.toString('utf8');
  const parsed: unknown = readJson(text);
  const slots = slotsOf(parsed);
  const slot = slots[given.place % slots.length];
  if (!slot) return body;
  const { holder, key } = slot;
  const write = (): Buffer => Buffer.from(writeJson(parsed));
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
    case 13: {
      // The same field of another object: a value of the right type that contradicts what was said of this one.
      const same = slots.filter((one) => one.key === key && one.holder[one.key] !== holder[key]);
      const other = same[given.with % Math.max(1, same.length)];
      holder[key] = other ? other.holder[other.key] : another(holder[key]);
      return write();
    }
    case 14: // everything of one name left out, or null
    case 15:
      for (const one of slots) {
        if (one.key !== key || Array.isArray(one.holder)) continue;
        if (given.kind === 14) delete one.holder[one.key];
        else one.holder[one.key] = null;
      }
      return write();
    case 16: {
      const paths = [[key], ['_entities', 0, key], ['a', 'b'], [-1], [{}], 'path', null, []];
      const errors = Array.from({ length: ERRORS }, (_, at) => ({
        message: at % 2 === 0 ? `${FOREIGN} ${at}` : at,
        path: given.with % 2 === 0 ? paths[at % paths.length] : ['_entities', at, key],
        extensions: [null, { code: FOREIGN }, at][at % 3],
      }));
      return Buffer.from(writeJson({ ...Object(parsed), errors }));
    }
    case 17:
      return Buffer.from(ANSWERS[given.with % ANSWERS.length] ?? '');
    case 18: // each name twice, of which the second counts
      return Buffer.from(text.replace(/"(f\d+|id)":/g, (name) => `${name}"${FOREIGN}",${name}`));
    case 19: // contradictions everywhere
      for (const one of slots)
        if (one.key !== '__typename' && (one.key === key || given.with % 2 === 0))
          if (typeof one.holder[one.key] !== 'object') one.holder[one.key] = another(one.holder[one.key]);
      return write();
    default:
      holder[key] = WRONG[given.with % WRONG.length];
      return write();
  }
}

const ANSWERS = [
  'null',
  '[]',
  '7',
  '""',
  '{}',
  '{"data":null}',
  '{"data":[]}',
  '{"data":"x"}',
  '{"data":{}}',
  '{"data":{"_entities":{}}}',
  '{"data":{"_entities":[]}}',
  '{"errors":[null,1,"x",[],{}]}',
  '{"errors":{"length":1e9},"data":null}',
  '{"data":{"__proto__":{"evil":1}},"errors":[{"message":"x","path":["__proto__","evil"]}]}',
];

/** Another value of the same type. */
function another(value: unknown): unknown {
  if (typeof value === 'string') return /^\d+$/.test(value) ? String((Number(value) + 1) % 4) : `${value}!`;
  if (typeof value === 'number') return value + 1;
  return typeof value === 'boolean' ? !value : value;
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

/** A value of the scalar `Long`, or of `Any`, which may hold whatever its provider likes (`leafOf`). */
function isScalar(value: object): boolean {
  return value instanceof ExactNumber || (Object.hasOwn(value, 'a') && Object.hasOwn(value, 'b'));
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
