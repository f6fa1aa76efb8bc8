import type { Failure } from '../../errors.ts';
import type { Measure } from './measure.ts';

/** How large an operation may be at most, as it is written. */
export interface MeasureLimits {
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
  readonly rootFields: number;
  readonly cost: number;
}

/** What one operation may be at most. */
export interface OperationLimits extends MeasureLimits {
  /** Whom one answer may be about: its record names each. */
  readonly subjects: number;
}

/** Of what is asked of the schema itself. Common tools ask for 15 levels: a type within eight lists and non-nulls. */
const INTROSPECTION_DEPTH = 30;

/** `OPERATION_TOO_COMPLEX` for the first limit that is passed, or null. Cost is judged by `judgeCost`. */
export function judgeMeasure(measure: Measure, limits: MeasureLimits): Failure | null {
  for (const what of ['depth', 'aliases', 'fields', 'rootFields'] as const) {
    if (measure[what] > limits[what]) return tooComplex(what, measure[what], limits[what]);
  }
  if (measure.introspectionDepth > INTROSPECTION_DEPTH)
    return tooComplex('introspection depth', measure.introspectionDepth, INTROSPECTION_DEPTH);
  return typeof measure.cost === 'number' ? judgeCost(measure.cost, limits) : null;
}

export function judgeCost(cost: number, limits: MeasureLimits): Failure | null {
  return cost > limits.cost
    ? tooComplex('cost', Math.min(Math.round(cost), Number.MAX_SAFE_INTEGER), limits.cost)
    : null;
}

export function tooComplex(what: string, actual: number | string, limit: number): Failure {
  return { code: 'OPERATION_TOO_COMPLEX', details: { what, actual, limit } };
}
