import { getOperationAST, parse } from 'graphql';
import { type Client, createClient } from 'graphql-sse';
import type { AnswerError } from './errors.tsx';

/** What pushes to the explorer. `onErrors` is told of each event's errors. */
export function createEvents(token: string, onErrors: (errors: readonly AnswerError[]) => void): Client {
  return createClient({
    url: '/graphql',
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    onMessage: ({ data }) => {
      if (data && 'errors' in data) onErrors(JSON.parse(JSON.stringify(data.errors ?? [])));
    },
  });
}

/** Is the operation that is run a subscription? */
export function isSubscription(query: string, operationName: string | null | undefined): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false; // The gateway says what is wrong with it.
  }
}
