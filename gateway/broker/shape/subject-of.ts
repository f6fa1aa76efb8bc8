import { ExactNumber } from '../../exact-json.ts';
import type { JsonObject } from '../program/record.ts';

interface Noting {
  onSubject(value: unknown): void;
}

/** Notes whom an object is about; the field that should have said it, where nothing does, or null. */
export type NoteSubjects = (object: JsonObject, run: Noting) => string | null;

/** Can a value name somebody? */
export function namesSomebody(value: unknown): value is string | number | ExactNumber {
  return (
    (typeof value === 'string' && value !== '') || typeof value === 'number' || value instanceof ExactNumber
  );
}

/**
 * Of the fields that name whom an object is about each must have been sent, and one of them must name somebody: what is
 * known of nobody cannot be recorded, and so is not given.
 */
export function compileSubjects(fields: readonly string[]): NoteSubjects {
  const [only] = fields;
  if (only === undefined) return () => null;
  return (object, run) => {
    let isNamed = false;
    for (const field of fields) {
      const value = object[field];
      if (value === undefined) return field;
      if (!namesSomebody(value)) continue;
      isNamed = true;
      run.onSubject(value);
    }
    return isNamed ? null : only;
  };
}
