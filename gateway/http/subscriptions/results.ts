import { type ExecutionResult, GraphQLError } from 'graphql';
import { type Answer, formatFailure } from '../../broker/index.ts';
import type { Failure, Language } from '../../errors.ts';
import { parseMarked } from '../../exact-json.ts';
import { extensionsOf } from '../graphql/write-answer.ts';

/** An answer as a GraphQL result in the reader's language; what is written of it has to be `unmarked`. */
export function resultOf(answer: Answer, language: Language): ExecutionResult {
  const errors = answer.failures.map((failure) => errorOf(failure, language));
  return {
    ...(errors.length > 0 && { errors }),
    ...(answer.data && { data: parseMarked(answer.data.toString('utf8')) as Record<string, unknown> | null }),
    extensions: extensionsOf(answer),
  };
}

/** The errors of an answer without data, where they stand alone: each has the receipt. */
export function errorsOf({ failures, receipt }: Answer, language: Language): GraphQLError[] {
  return failures.map((failure) => errorOf(failure, language, { receipt: { id: receipt } }));
}

export function errorOf(
  failure: Failure,
  language: Language,
  more: Record<string, unknown> = {},
): GraphQLError {
  const { message, path, extensions } = formatFailure(failure, language);
  return new GraphQLError(message, { ...(path && { path }), extensions: { ...extensions, ...more } });
}
