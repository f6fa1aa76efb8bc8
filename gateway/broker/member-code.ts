/**
 * Code that reads a member which came from JSON, and not one that every object has. The name stands in it as a JSON string,
 * which is a string of JavaScript too, whatever characters it has (ECMA-262 §12.9.4, since 2019).
 */
export function memberOf(object: string, name: string): string {
  const quoted = JSON.stringify(name);
  const read = `${object}[${quoted}]`;
  return name in Object.prototype ? `(Object.hasOwn(${object}, ${quoted}) ? ${read} : undefined)` : read;
}
