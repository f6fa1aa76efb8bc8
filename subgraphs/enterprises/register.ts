import type { EnterpriseRecord } from '../city/index.ts';
import { createFeed } from '../kit/index.ts';

/** What a change of registration can change. */
export type RegisteredChange = Partial<Pick<EnterpriseRecord, 'status' | 'registeredAddress'>>;

/** The register of enterprises (市场主体登记): what is registered now, and what changes. In memory. */
export interface EnterpriseRegister {
  all(): ReadonlyMap<string, EnterpriseRecord>;
  /** Registers a change and tells it; null when there is no such enterprise. */
  change(uscc: string, change: RegisteredChange): EnterpriseRecord | null;
  /** The enterprise after each change, from now on. */
  changes(uscc: string): AsyncGenerator<EnterpriseRecord, void>;
}

export function createRegister(enterprises: readonly EnterpriseRecord[]): EnterpriseRegister {
  const records = new Map(enterprises.map((one) => [one.uscc, one]));
  const feed = createFeed<EnterpriseRecord>();
  return {
    all: () => records,
    change(uscc, change) {
      const before = records.get(uscc);
      if (!before) return null;
      const after = { ...before, ...change };
      records.set(uscc, after);
      feed.publish(uscc, after);
      return after;
    },
    changes: (uscc) => feed.listen(uscc),
  };
}
