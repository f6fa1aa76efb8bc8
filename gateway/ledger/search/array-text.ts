/** PostgreSQL's text of an array. */
export function arrayText(values: readonly (string | null)[]): string {
  return `{${values.map(elementText).join(',')}}`;
}

/** One element of it; PostgreSQL has no character 0. */
export function elementText(value: string | null): string {
  return value === null ? 'null' : `"${value.replaceAll('\0', '\uFFFD').replace(/["\\]/g, '\\$&')}"`;
}
