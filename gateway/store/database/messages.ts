import type { Row } from './database.ts';

/** What is asked of the thread in which the embedded database runs. */
export type Asked =
  | {
      readonly id: number;
      readonly kind: 'query';
      readonly sql: string;
      readonly parameters: readonly unknown[];
    }
  | { readonly id: number; readonly kind: 'run'; readonly script: string }
  | { readonly id: number; readonly kind: 'listen'; readonly channel: string }
  | { readonly id: number; readonly kind: 'close' };

/** What that thread says. */
export type Told =
  | { readonly kind: 'open' }
  | { readonly kind: 'done'; readonly id: number; readonly rows: readonly Row[] }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string; readonly code: string }
  | { readonly kind: 'heard'; readonly channel: string; readonly payload: string };
