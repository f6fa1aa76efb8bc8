import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getIntrospectionQuery,
  parse,
  print,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Failure } from '../../errors.ts';
import { compileSelections } from './compile.ts';
import { TooLong, writeSelections } from './write.ts';

type Variables = Readonly<Record<string, unknown>>;

export type Told =
  | { readonly ok: true; readonly data: Buffer }
  | { readonly ok: false; readonly failure: Failure };

/** Answers what is asked of one revision of the schema itself. */
export interface Introspection {
  /** How an operation's part that asks for the schema is answered: the JSON of its `data`. */
  prepare(document: DocumentNode): (variables: Variables) => Promise<Told>;
}

/** An answer may be as long as twice everything that there is to be told, or this. */
const SHORT = 1_048_576;
const KEPT_BYTES = 16_777_216;
const LONGEST_KEY = 1_000;
/** Who waits for its turn. */
const MOST_WAITING = 50;
const SLICE_MS = 4;

const EVERYTHING = parse(
  getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  }),
);

/**
 * A small question can have an answer of any size here: types have fields, which have types. So the answer is limited by what
 * there is to tell, written in slices between which everything else is served, one at a time, and kept.
 */
export function createIntrospection(schema: GraphQLSchema): Introspection {
  const kept = new LRUCache<string, Buffer>({
    maxSize: KEPT_BYTES,
    sizeCalculation: (bytes, key) => bytes.length + key.length,
  });
  let limit: Promise<number> | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  const write = (document: DocumentNode, variables: Variables, most: number): Promise<string> =>
    inSlices(writeSelections(schema, compileSelections(schema, document, variables), most));
  const most = (): Promise<number> => {
    limit ??= write(EVERYTHING, {}, Number.POSITIVE_INFINITY).then(({ length }) =>
      Math.max(SHORT, 2 * length),
    );
    return limit;
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    waiting++;
    const mine = turn.then(work).finally(() => waiting--);
    turn = mine.catch(() => undefined);
    return mine;
  };

  const tell = async (document: DocumentNode, variables: Variables, key: string | null): Promise<Told> => {
    const longest = await most();
    try {
      const data = Buffer.from(await write(document, variables, longest));
      if (key !== null) kept.set(key, data);
      return { ok: true, data };
    } catch (error) {
      // A nullable variable without a value at `__type(name:)`, which the specification lets pass validation.
      if (error instanceof GraphQLError)
        return { ok: false, failure: { code: 'BAD_USER_INPUT', details: { detail: error.message } } };
      if (!(error instanceof TooLong)) throw error;
      const details = { what: 'introspection', actual: `> ${longest}`, limit: longest };
      return { ok: false, failure: { code: 'OPERATION_TOO_COMPLEX', details } };
    }
  };

  return {
    prepare(document) {
      const digest = createHash('sha256').update(print(document)).digest('base64url');
      return async (variables) => {
        const text = JSON.stringify(variables);
        const key = text.length < LONGEST_KEY ? `${digest} ${text}` : null;
        const known = key === null ? undefined : kept.get(key);
        if (known) return { ok: true, data: known };
        if (waiting >= MOST_WAITING) return BUSY;
        return inTurn(() => tell(document, variables, key));
      };
    },
  };
}

const BUSY: Told = { ok: false, failure: { code: 'OVERLOADED', details: { retryAfter: 1 } } };

async function inSlices(steps: Generator<void, string>): Promise<string> {
  let until = performance.now() + SLICE_MS;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < until) continue;
    await new Promise(setImmediate);
    until = performance.now() + SLICE_MS;
  }
}
