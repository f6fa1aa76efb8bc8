import { isRowCondition, type ScopeCondition } from '../policy/index.ts';

/** A scope as the exchange API shows it: its values as texts. */
export function shownScope(scope: readonly ScopeCondition[]): readonly object[] {
  return scope.map((one) =>
    isRowCondition(one)
      ? { coordinate: one.coordinate, operator: one.operator, values: one.values.map(String) }
      : { subjectsOf: one.subjectsOf },
  );
}
