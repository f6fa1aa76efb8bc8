import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { Failure } from '../../errors.ts';
import type { Fetch } from '../fetch.ts';
import type { ReportedError, ReportedErrors } from './answer.ts';
import type { Merging } from './merge.ts';
import type { Path } from './paths.ts';
import { type JsonObject, markFailed, WHATEVER_IS_MISSING } from './record.ts';

/** What one request carries through the program. */
export interface RunState {
  readonly data: JsonObject;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fetch: Fetch;
  /** Errors that providers reported, at the answer's paths. */
  readonly failures: Failure[];
  /** Takes the bytes of a lone fetch's answer as they are; false when they have to be read. */
  pass(body: Buffer): boolean;
}

export type Step = (state: RunState) => Promise<void>;

/** Names the department behind a subgraph, for messages. */
export type ProviderName = (subgraph: string) => string;

export interface ProviderFacts {
  readonly provider: string;
  readonly subgraph: string;
}

export function providerFacts(node: FetchNode, providerName: ProviderName): ProviderFacts {
  return { provider: providerName(node.serviceName), subgraph: node.serviceName };
}

/** Why there is no answer. */
export interface NoAnswer {
  readonly code: 'PROVIDER_UNAVAILABLE' | 'PROVIDER_TIMEOUT';
  readonly details: Failure['details'];
}

export const INVALID_ANSWER: NoAnswer = { code: 'PROVIDER_UNAVAILABLE', details: {} };

/** Whatever goes wrong with a fetch costs only the fields that it was to bring. */
export function markLost(
  targets: readonly JsonObject[],
  fields: readonly string[],
  { code, details }: NoAnswer,
  provider: ProviderFacts,
): void {
  const failure: Failure = { code, details: { ...details, ...provider } };
  for (const target of targets) markFailed(target, fields, failure);
}

/** What is said of an answer that was not what was asked for. */
export function failureOfAnswer(provider: ProviderFacts): Failure {
  return { code: INVALID_ANSWER.code, details: { ...INVALID_ANSWER.details, ...provider } };
}

/**
 * How what a provider sent is merged: who speaks of something else has failed to bring what is missing in the end; who says
 * otherwise than another is told of as the one that contradicts.
 */
export function mergingFrom(schema: GraphQLSchema, provider: ProviderFacts): Merging {
  const contradiction: Failure = { code: 'PROVIDER_CONTRADICTION', details: { ...provider } };
  return {
    schema,
    onOther: (target) => markLost([target], [WHATEVER_IS_MISSING], INVALID_ANSWER, provider),
    onDiffering: (target, key) => markFailed(target, [key], contradiction),
  };
}

/** A provider's error in our words: its code if it says that the input was wrong, and the path. */
export function told({ code }: ReportedError, provider: ProviderFacts, path: Path): Failure {
  if (code === 'BAD_USER_INPUT')
    return { code, details: { detail: `${provider.provider} 拒绝了该输入 refused the input` }, path };
  return { code: 'PROVIDER_UNAVAILABLE', details: { ...provider }, path };
}

/** What is said of the errors that nobody looked at. */
export function untold(omitted: number, provider: ProviderFacts): Failure {
  return { code: 'ERRORS_OMITTED', details: { ...provider, omitted } };
}

/** Do all errors say which field they are about? Then each of them explains its own null. */
export function allLocated({ errors, omitted }: ReportedErrors): boolean {
  return omitted === 0 && errors.every((one) => one.path !== null && one.path.length > 0);
}
