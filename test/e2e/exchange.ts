import type { System } from './system.ts';

/** Asks the exchange API as a department. */
export type AskingExchange = (
  as: string,
  query: string,
  variables?: Record<string, unknown>,
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
) => Promise<any>;

export function askExchange(system: System): AskingExchange {
  return async (as, query, variables = {}) => {
    const response = await fetch(`${system.url}/exchange`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'accept-language': 'en',
        authorization: `Bearer ${await system.tokenOf(as)}`,
      },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  };
}
