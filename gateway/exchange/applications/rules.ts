import type { Level } from '../../words.ts';
import { type Calendar, dayOf, type RuleSet, ruleSetOn } from '../clock/index.ts';
import type { Part } from './part.ts';

/** What moving needs of the platform. */
export interface MoveParts {
  readonly ruleSets: readonly RuleSet[];
  readonly calendar: Calendar;
  readonly level: Level;
  /** Working days before a deadline on which its provider is reminded. */
  readonly remindBefore: readonly number[];
  /** Departments that coordinate (主管部门). */
  competent(): readonly string[];
  nextId(): string;
  now(): number;
}

/** The rule set in force on the day of submission, for a draft today's. */
export function rulesOf(
  parts: Pick<MoveParts, 'ruleSets' | 'level' | 'now'>,
  part: Pick<Part, 'ruleSet'>,
): RuleSet {
  const found =
    part.ruleSet === null
      ? ruleSetOn(parts.ruleSets, dayOf(parts.now()), parts.level)
      : parts.ruleSets.find((one) => one.name === part.ruleSet);
  if (!found) throw new Error(`no rule set ${part.ruleSet ?? `for the level ${parts.level}`}`);
  return found;
}
