import type { Coordinate } from '../words.ts';
import type { Provider, SharingRule } from './rules.ts';

export const NOBODY: Provider = { code: '' as Provider['code'], name: '（未知部门）' };

/** What is not in any published schema is withheld. */
export function unknownRule(coordinate: string): SharingRule {
  return {
    coordinate: coordinate as Coordinate,
    class: 'WITHHELD',
    classified: false,
    purposes: new Set(),
    matchOnly: new Set(),
    masks: new Map(),
    zones: new Set(),
    provider: NOBODY,
    requires: [],
  };
}
