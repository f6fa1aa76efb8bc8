import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Answer } from './system.ts';

/** What a consumer's system receives: answers in order, and how they ended. */
export interface Stream {
  /** The next answer; null at the end. Rejects where the transport itself tells of an error. */
  next(): Promise<Omit<Answer, 'status'> | null>;
  /** The errors that the stream ended with, whichever way the transport tells them. */
  failure(): Promise<Answer['errors']>;
  leave(): Promise<void>;
}

export type Transport = 'sse' | 'websocket';
export const TRANSPORTS: readonly Transport[] = ['sse', 'websocket'];

interface Asked {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}

/** Subscribes at a gateway, as consumers do: with the clients of the two protocols. */
export function subscribeAt(url: string, transport: Transport, token: string | null, asked: Asked): Stream {
  const headers = { 'accept-language': 'en', ...(token !== null && { authorization: `Bearer ${token}` }) };
  const iterator =
    transport === 'sse'
      ? createSseClient({ url: `${url}/graphql`, headers, retryAttempts: 0 }).iterate(asked)
      : socketClient(url, headers).iterate(asked);
  const next: Stream['next'] = async () => {
    const { done, value } = await iterator.next();
    if (done) return null;
    const {
      data,
      errors = [],
      extensions = {},
    } = JSON.parse(JSON.stringify(value)) as Omit<Answer, 'status'>;
    return { data, errors, extensions };
  };
  return {
    next,
    async failure() {
      try {
        for (let answer = await next(); answer; answer = await next())
          if (answer.data === undefined) return answer.errors;
        return [];
      } catch (error) {
        if (Array.isArray(error)) return error;
        throw error;
      }
    },
    async leave() {
      await iterator.return?.();
    },
  };
}

/** A client of graphql-transport-ws with the token in `connection_init`. */
export function socketClient(url: string, connectionParams: Record<string, unknown>) {
  return createSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });
}
