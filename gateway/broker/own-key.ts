/** No alias of a consumer begins so (they are refused), and no field of a schema may (GraphQL spec §2.1.7). */
const PREFIX = '__own_';

/** The key under which the gateway asks for a field that it needs itself and never shows: a scope's condition, a subject. */
export function ownKey(field: string): string {
  return `${PREFIX}${field}`;
}

/** A path as a consumer may know it: what was asked for the gateway's own use counts as said of the object around it. */
export function withoutOwnKeys(path: readonly (string | number)[]): readonly (string | number)[] {
  const at = path.findIndex((step) => typeof step === 'string' && step.startsWith(PREFIX));
  return at < 0 ? path : path.slice(0, at);
}
