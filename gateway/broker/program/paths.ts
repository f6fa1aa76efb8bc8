import { isJsonObject, type JsonObject } from './record.ts';

export type Path = readonly (string | number)[];

/** The objects that a plan's path leads to; `@` goes through every item of a list. Nulls are passed over. */
export function objectsAt(data: unknown, path: Path): JsonObject[] {
  const found: JsonObject[] = [];
  collect(data, path, 0, found);
  return found;
}

function collect(data: unknown, path: Path, at: number, found: JsonObject[]): void {
  if (data === null || data === undefined) return;
  const step = path[at];
  if (step === '@') {
    if (Array.isArray(data)) for (const item of data) collect(item, path, at + 1, found);
  } else if (step !== undefined) {
    if (isJsonObject(data)) collect(data[step], path, at + 1, found);
  } else if (Array.isArray(data)) {
    for (const item of data) collect(item, path, at, found);
  } else if (isJsonObject(data)) found.push(data);
}

/** Where in the answer each object stands; in the order of `objectsAt`. Only computed when an error needs it. */
export function pathsTo(data: unknown, path: Path): Path[] {
  const found: Path[] = [];
  const walk = (value: unknown, at: number, here: Path): void => {
    if (value === null || value === undefined) return;
    const step = path[at];
    if (step === '@' || (step === undefined && Array.isArray(value))) {
      const next = step === '@' ? at + 1 : at;
      if (Array.isArray(value))
        value.forEach((item, index) => {
          walk(item, next, [...here, index]);
        });
    } else if (step !== undefined) {
      if (isJsonObject(value)) walk(value[step], at + 1, [...here, step]);
    } else if (isJsonObject(value)) found.push(here);
  };
  walk(data, 0, []);
  return found;
}
