import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { Behind, Subjects } from '../guard/subjects.ts';
import { isJsonObject, type JsonObject } from '../program/record.ts';
import { compileSubjects, type NoteSubjects } from './subject-of.ts';

interface Noting {
  onSubject(value: unknown): void;
  listed: number;
}

/** Notes whom the records behind an object are about; false where one of them does not say so. */
export type NoteBehind = (object: JsonObject, run: Noting, isOutermost: boolean) => boolean;

/**
 * Compiles what is noted of a page, or of one of its rows, of which the consumer does not select the records themselves: that they
 * are there is told by cursors and counts. Null where there is nothing of the kind. `selects`: is a field of it selected?
 */
export function compileBehind(
  schema: GraphQLSchema,
  input: { readonly subjects: Subjects; readonly behind: Behind },
  type: string,
  selects: (field: string) => boolean,
): NoteBehind | null {
  const path = input.behind.get(type) ?? [];
  const [first] = path;
  if (first === undefined || selects(first)) return null;
  const record = recordOf(schema, schema.getType(type), path);
  const notes = new Map<string, NoteSubjects>();
  for (const [name, fields] of input.subjects) notes.set(name, compileSubjects(fields));
  const note = (value: JsonObject, run: Noting): boolean => {
    const name = value.__typename ?? (isObjectType(record) ? record.name : undefined);
    if (typeof name !== 'string' || !isObjectType(schema.getType(name))) return false;
    return (notes.get(name)?.(value, run) ?? null) === null;
  };
  const walk = (value: unknown, at: number, run: Noting, counts: boolean): boolean => {
    if (value === null) return true;
    if (Array.isArray(value)) {
      if (counts) for (const one of value) if (one !== null) run.listed++;
      return value.every((one) => walk(one, at, run, false));
    }
    if (!isJsonObject(value)) return false;
    const field = path[at];
    return field === undefined ? note(value, run) : walk(value[field], at + 1, run, counts);
  };
  return (object, run, isOutermost) => walk(object, 0, run, isOutermost);
}

function recordOf(
  schema: GraphQLSchema,
  type: GraphQLNamedType | undefined,
  [field, ...rest]: readonly string[],
): GraphQLNamedType | undefined {
  if (field === undefined) return type;
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  const known = type.getFields()[field];
  return recordOf(schema, known && getNamedType(known.type), rest);
}
