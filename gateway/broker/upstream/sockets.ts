import type { LookupFunction } from 'node:net';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { z } from 'zod';
import type { Failure } from '../../errors.ts';
import { markedJson, parseMarked, readJson, unmarked, writeJson } from '../../exact-json.ts';
import type { ProviderListener } from '../parts.ts';

/** Where a provider's subgraph is, and whom to name when it fails. */
interface Upstream {
  readonly name: string;
  readonly url: string;
  readonly provider: { readonly name: string };
  /** As for requests. */
  readonly lookup?: LookupFunction;
}

export interface ProviderSocketOptions {
  /** Longest wait for the connection, and for a sign of life afterwards. */
  readonly timeoutMs: number;
  readonly keepAliveMs: number;
  /** Largest event, in bytes. */
  readonly eventBytes: number;
}

/** What is asked of a provider: a GraphQL request as JSON, with the assertion for whom it is. */
export interface ProviderSubscription {
  readonly body: string | Buffer;
  /** For what is sent as the payload of `subscribe`. Absent only where nobody in particular asks. */
  authorize?(payload: string): string;
}

/** Subscriptions at the providers. */
export interface ProviderSockets {
  /** Subscribes; what it returns hangs up. Nothing is heard after that. */
  open(subgraph: string, request: ProviderSubscription, listener: ProviderListener): () => void;
}

const Request = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).optional() });

const RefusedInput = z
  .array(z.object({ extensions: z.object({ code: z.literal('BAD_USER_INPUT') }) }))
  .min(1);

/** A provider that does not close its end is cut off after this long. */
const FAREWELL_MS = 1_000;

/**
 * A WebSocket (graphql-transport-ws) for each subscription, at the subgraph's URL: what one consumer is told can never
 * come out at another's. The assertion is in the upgrade's header and in `connection_init`. Nothing is tried again: a
 * lost provider ends the subscription, as nobody knows what was missed.
 */
export function createProviderSockets(
  subgraphs: readonly Upstream[],
  options: ProviderSocketOptions,
): ProviderSockets {
  const upstreams = new Map(subgraphs.map((one) => [one.name, one]));
  return {
    open(subgraph, { body, authorize }, listener) {
      const upstream = upstreams.get(subgraph);
      const facts = { provider: upstream?.provider.name ?? subgraph, subgraph };
      const unavailable: Failure = { code: 'PROVIDER_UNAVAILABLE', details: facts };
      if (!upstream) {
        listener.end(unavailable);
        return () => undefined;
      }
      let socket: WebSocket | null = null;
      let silence: NodeJS.Timeout | undefined;
      let connections = 0;
      /** The message that is being handled, as it came. */
      let received = '';
      let isOver = false;
      /** Says once why there is no more, and lets the connection go. */
      const end = (failure: Failure | null): void => {
        if (isOver) return;
        hangUp();
        listener.end(failure);
      };
      const { query, variables = {} } = Request.parse(parseMarked(body.toString()));
      const payload = { query, variables };
      // The client writes the payload so, too.
      const authorization = authorize?.(unmarked(JSON.stringify(payload)));
      const headers = authorization === undefined ? {} : { authorization };
      const client = createClient({
        // The client would connect again after an orderly close; nobody has said that there is no more.
        url: () => {
          if (connections++ > 0) throw new Error('the provider has closed');
          return socketUrl(upstream.url);
        },
        webSocketImpl: boundedSocket(options, headers, upstream.lookup, (text) => {
          received = text;
        }),
        connectionParams: headers,
        connectionAckWaitTimeout: options.timeoutMs,
        keepAlive: options.keepAliveMs,
        retryAttempts: 0,
        on: {
          opened: (opened) => {
            socket = opened instanceof WebSocket ? opened : null;
          },
          ping: (isReceived) => {
            if (!isReceived) silence ??= setTimeout(() => client.terminate(), options.timeoutMs).unref();
          },
          pong: (isReceived) => {
            if (!isReceived) return;
            clearTimeout(silence);
            silence = undefined;
          },
          // However politely: what has not been completed is lost.
          closed: () => end(unavailable),
        },
      });
      const stop = client.subscribe(payload, {
        next: (value) => {
          if (!isOver) listener.event(Buffer.from(payloadOf(received) ?? JSON.stringify(value)));
        },
        error: (error) => end(isRefusedInput(error) ? refusedInput(facts.provider) : unavailable),
        complete: () => end(null),
      });
      const hangUp = (): void => {
        isOver = true;
        clearTimeout(silence);
        stop();
        const opened = socket;
        setTimeout(() => opened?.terminate(), FAREWELL_MS).unref();
      };
      return hangUp;
    },
  };
}

function socketUrl(url: string): string {
  const socket = new URL(url);
  socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:';
  return socket.href;
}

/** A WebSocket that follows nobody elsewhere and takes no more than an event may have. */
function boundedSocket(
  options: ProviderSocketOptions,
  headers: Readonly<Record<string, string>>,
  lookup: LookupFunction | undefined,
  onText: (text: string) => void,
) {
  return class extends WebSocket {
    constructor(url: string, protocols: string | string[]) {
      super(url, protocols, {
        headers,
        maxPayload: options.eventBytes,
        handshakeTimeout: options.timeoutMs,
        followRedirects: false,
        perMessageDeflate: false,
        ...(lookup && { lookup }),
      });
      // The client stops listening for errors once it has given up; one that nobody hears would end the process.
      this.on('error', () => undefined);
      this.on('message', (data) => {
        onText(String(data));
      });
    }

    override send(data: string, ...more: []): void {
      super.send(unmarked(data), ...more);
    }
  };
}

/** The payload of the message that is being handled, where the client has lost numbers of it; null for nearly all. */
function payloadOf(text: string): string | null {
  if (markedJson(text) === text) return null;
  return writeJson(Message.parse(readJson(text)).payload);
}

const Message = z.object({ payload: z.unknown() });

/** Does the provider say, of everything that is wrong, that the input is? */
function isRefusedInput(error: unknown): boolean {
  return RefusedInput.safeParse(error).success;
}

function refusedInput(provider: string): Failure {
  return { code: 'BAD_USER_INPUT', details: { detail: `${provider} 拒绝了该输入 refused the input` } };
}
