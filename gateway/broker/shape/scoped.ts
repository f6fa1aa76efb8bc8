import type { Failure } from '../../errors.ts';
import type { MaskRule } from '../../words.ts';
import type { JsonObject } from '../program/record.ts';

type Path = readonly (string | number)[];

/** A scope that is held against each record: where none of its alternatives holds, the value is not shown. */
export interface RecordScope {
  readonly denial: Failure;
  readonly alternatives: readonly RecordAlternative[];
}

export interface RecordAlternative {
  holds(record: JsonObject, parties: Parties): boolean;
  readonly mask: MaskRule | null;
}

/** Is somebody a subject of the matter that the query states? */
export type Parties = (subject: unknown) => boolean;

/** What of one run scopes need and note. */
interface ScopedRun {
  readonly path: (string | number)[];
  readonly failures: Failure[];
  readonly parties?: Parties;
  /** Paths at which something was left out: nothing below them may be told either. */
  readonly outOfScope?: Path[];
}

type CompleteField<R> = (source: JsonObject, target: JsonObject, run: R) => boolean;

/**
 * Completes a field only of records within its scopes; elsewhere it is null, with `OUT_OF_SCOPE`. A mask applies unless a
 * grant that holds for the record gives the value in clear; two different masks show nothing of it.
 */
export function withinScopes<R extends ScopedRun>(
  key: string,
  scopes: readonly RecordScope[],
  isNonNull: boolean,
  maskOf: (rule: MaskRule) => (value: unknown) => unknown,
  complete: CompleteField<R>,
): CompleteField<R> {
  return (source, target, run) => {
    const masks = new Set<(value: unknown) => unknown>();
    for (const { alternatives, denial } of scopes) {
      const holding = alternatives.filter((one) => one.holds(source, run.parties ?? nobody));
      const [first] = holding;
      if (!first) {
        const path = [...run.path, key];
        run.failures.push({ ...denial, path });
        run.outOfScope?.push(path);
        target[key] = null;
        return !isNonNull;
      }
      if (holding.some((one) => one.mask === null)) continue;
      const isSame = holding.every((one) => one.mask === first.mask);
      masks.add(isSame && first.mask ? maskOf(first.mask) : redact);
    }
    const isComplete = complete(source, target, run);
    if (!isComplete || masks.size === 0 || target[key] === null) return isComplete;
    const shown = [...masks].reduce<unknown>((value, mask) => mask(value), target[key]);
    target[key] = shown;
    return shown !== null || !isNonNull;
  };
}

/** Without a register of the matter's subjects, nobody is one. */
const nobody: Parties = () => false;

const redact = (value: unknown): unknown => (Array.isArray(value) ? value.map(redact) : value && '***');

/** Does a failure speak of something that is out of scope? Its path would tell what is there. */
export function isOutOfScope(failure: Failure, outOfScope: readonly Path[]): boolean {
  const { path } = failure;
  if (!path) return false;
  return outOfScope.some(
    (hidden) => hidden.length <= path.length && hidden.every((step, at) => step === path[at]),
  );
}
