/** No alias of a consumer begins so (they are refused), and no field of a schema may (GraphQL spec §2.1.7). */
const PREFIX = '__own_';

/** The key under which the gateway keeps with an object what no provider was asked for there: a value from sources asked apart. */
export function ownKey(field: string): string {
  return `${PREFIX}${field}`;
}
