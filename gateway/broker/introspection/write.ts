import { type GraphQLOutputType, type GraphQLSchema, isLeafType, isListType, isNonNullType } from 'graphql';
import type { Shape } from './compile.ts';

/** The answer is longer than it may be. */
export class TooLong extends Error {}

/**
 * Writes what is selected of the schema as JSON, step by step: whoever runs it may do something else between two steps. The same
 * selection of the same object is written once, and what was written is in the answer at least once, so the limit bounds the
 * work as well. Fails with `TooLong` as soon as there is more than `most` UTF-16 units.
 */
export function writeSelections(schema: GraphQLSchema, shape: Shape, most: number): Generator<void, string> {
  let written = 0;
  const within = (text: string): string => {
    if (text.length > most) throw new TooLong();
    return text;
  };
  return writeObject(shape, schema);

  function* writeObject(selected: Shape, source: object): Generator<void, string> {
    const known = selected.written.get(source);
    if (known !== undefined) return known;
    yield;
    let text = '{';
    for (const { label, type, inner, of } of selected.members) {
      const value = yield* writeValue(type, inner, of(source));
      text = within(`${text}${text.length > 1 ? ',' : ''}${label}${value}`);
      written += label.length + 1;
    }
    text += '}';
    if (written > most) throw new TooLong();
    selected.written.set(source, text);
    return text;
  }

  function* writeValue(
    type: GraphQLOutputType,
    inner: Shape | null,
    value: unknown,
  ): Generator<void, string> {
    if (isNonNullType(type)) return yield* writeValue(type.ofType, inner, value);
    if (value === null || value === undefined) return 'null';
    if (isListType(type)) {
      let text = '[';
      for (const one of isIterable(value) ? value : []) {
        const item = yield* writeValue(type.ofType, inner, one);
        text = within(`${text}${text.length > 1 ? ',' : ''}${item}`);
      }
      return `${text}]`;
    }
    if (isLeafType(type)) {
      const text = JSON.stringify(type.serialize(value));
      written += text.length;
      return text;
    }
    return inner && typeof value === 'object' ? yield* writeObject(inner, value) : 'null';
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
