import { buildASTSchema, type DocumentNode, type GraphQLSchema, parse, validate } from 'graphql';
import { type Finding, finding } from './finding.ts';
import type { SeenOperation } from './seen-operation.ts';

/** An operation that would not be valid any more, with the codes of those who asked it. */
interface Broken {
  readonly finding: Finding;
  readonly departments: readonly string[];
}

/**
 * Operations that are valid against what is live, and would not be against what is to be. What somebody has broken before is
 * no reason against what comes next. `liveSdl` is only asked for where something would break.
 */
export function brokenOperations(
  operations: readonly SeenOperation[],
  nextSdl: string,
  liveSdl: () => string | null,
): Broken[] {
  if (operations.length === 0) return [];
  const next = schemaOf(nextSdl);
  const read = operations.flatMap((operation) => {
    const document = documentOf(operation.text);
    return document ? [{ operation, document }] : [];
  });
  const broken = read.flatMap((one) => {
    const errors = validate(next, one.document, undefined, { maxErrors: 3 });
    return errors.length > 0 ? [{ ...one, errors }] : [];
  });
  if (broken.length === 0) return [];
  const before = liveSdl();
  const live = before === null ? null : schemaOf(before);
  return broken
    .filter(
      ({ document }) => live !== null && validate(live, document, undefined, { maxErrors: 1 }).length === 0,
    )
    .map(({ operation: { text, departments }, errors }) => {
      const names = departments.map(({ name }) => name).join('、');
      const shown = text.replace(/\s+/g, ' ').slice(0, 200);
      const message = `近期查询将失效（${names}）：${errors.map((one) => one.message).join(' ')} — ${shown} 请保留，或说明理由并强制发布（--force --reason）。 An operation that was asked lately would break; keep what it needs, or force it with a reason (--force --reason).`;
      return {
        finding: finding('BREAKS_OPERATIONS', null, message),
        departments: departments.map(({ code }) => code),
      };
    });
}

/** What was printed from a schema is valid. */
function schemaOf(sdl: string): GraphQLSchema {
  return buildASTSchema(parse(sdl, { noLocation: true }), { assumeValid: true, assumeValidSDL: true });
}

function documentOf(text: string): DocumentNode | null {
  try {
    return parse(text, { noLocation: true });
  } catch {
    return null;
  }
}
