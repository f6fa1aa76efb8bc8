import type { GraphQLFormattedError } from 'graphql';
import { type Failure, type Language, messageOf, shownDetails, wireMessageOf } from '../errors.ts';

/** Slots of messages that are no use to a program beside the message itself. */
const INTERNAL_DETAILS = new Set(['detail', 'reason']);

/** A failure as consumers see it: message in the reader's language, both languages and the facts in `extensions`. */
export function formatFailure(failure: Failure, language: Language): GraphQLFormattedError {
  const { code, path } = failure;
  const details = shownDetails(failure.details);
  const facts = Object.fromEntries(Object.entries(details).filter(([name]) => !INTERNAL_DETAILS.has(name)));
  const messages = { 'zh-CN': messageOf(code, details, 'zh-CN'), en: messageOf(code, details, 'en') };
  return {
    message: wireMessageOf(code) ?? messages[language],
    ...(path && { path }),
    extensions: { code, ...facts, messages },
  };
}
