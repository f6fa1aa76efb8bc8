import type { PlannerFacts } from '../planner.ts';

/** What is asked of the thread that plans: to plan over another supergraph from now on, or one operation. */
export type Asked = { readonly kind: 'build'; readonly supergraphSdl: string } | AskedPlan;

/** The text of an operation as it may be asked, and a draw for its overrides. */
export interface AskedPlan {
  readonly kind: 'plan';
  readonly id: number;
  readonly text: string;
  readonly draw: number;
}

/** `plan` is JSON: a plan is plain data, and text is cheaper to hand over than objects. */
export type Told =
  | { readonly kind: 'ready'; readonly facts: PlannerFacts }
  | { readonly kind: 'planned'; readonly id: number; readonly plan: string }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
