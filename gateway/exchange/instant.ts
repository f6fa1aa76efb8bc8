import { GraphQLScalarType } from 'graphql';

/** `Instant` of the exchange API: a `Date` inside, ISO 8601 in UTC outside. */
export const instant = new GraphQLScalarType<unknown, string>({
  name: 'Instant',
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError('an instant must be a Date');
  },
  parseValue(value) {
    const isText = typeof value === 'string' && !Number.isNaN(Date.parse(value));
    if (!isText)
      throw new TypeError('时刻应为 ISO 8601 an instant is written in ISO 8601: 2026-10-09T01:02:03Z');
    return value;
  },
});
