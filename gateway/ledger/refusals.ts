import type { DepartmentCode, DisclosureId } from '../words.ts';
import type { Disclosure, Ledger } from './disclosure.ts';

/** A refusal in which nothing was decided of any item: nobody is known, the request is none, a rate is exceeded. */
export interface PlainRefusal {
  readonly department: DepartmentCode | null;
  readonly code: string;
  /** Whom it counts on where nobody is known. */
  readonly caller: string;
}

/** Says which refusals have a record of their own, and counts the others into one record for each window. */
export interface RefusalTally {
  /** The record that says that refusals like this one are counted from here on; null when it is to have its own. */
  count(refusal: PlainRefusal): CountedRefusal | null;
  /** Writes what has been counted so far. */
  flush(): Promise<void>;
}

export interface CountedRefusal {
  readonly id: DisclosureId;
  /** Resolves when the record is durable; rejects when it cannot be made so. */
  readonly written: Promise<void>;
}

export interface TallyOptions {
  readonly ledger: Pick<Ledger, 'nextId' | 'append'>;
  readonly windowMs: number;
  now(): number;
  /** What every record says, whatever it is about. */
  common(): Pick<Disclosure, 'operation' | 'schemaRevision' | 'policyRevision' | 'subjectKey' | 'digestKey'>;
  onProblem(error: unknown): void;
}

/** So many refusals of one code in one window have records of their own: of nobody who is known, and of one department. */
const OWN_RECORDS = { unknown: 10, department: 600 };
/** Callers are told apart up to this number. */
const MOST_CALLERS = 10_000;

interface Counted {
  readonly department: DepartmentCode | null;
  readonly code: string;
  readonly since: number;
  readonly callers: Set<string>;
  own: number;
  /** What the window's first counted refusal wrote. */
  opened: CountedRefusal | null;
  count: number;
}

/**
 * What anybody can cause without end must not fill the disk, which would stop every answer. A record at the first refusal that is only
 * counted is the receipt of all of them, so no receipt is given without its record; another one at the window's end has the number. Until
 * then the number is in memory only: nothing was given to anybody with these.
 */
export function createRefusalTally({ ledger, windowMs, now, common, onProblem }: TallyOptions): RefusalTally {
  const counts = new Map<string, Counted>();
  let timer: NodeJS.Timeout | null = null;

  const flush = async (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    const ended = [...counts.values()];
    counts.clear();
    const written = ended.flatMap((one) => (one.opened ? ledger.append(recordOf(one, ledger.nextId())) : []));
    for (const one of await Promise.allSettled(written)) if (one.status === 'rejected') onProblem(one.reason);
  };

  const recordOf = ({ department, code, since, callers, count }: Counted, id: DisclosureId): Disclosure => ({
    id,
    time: now(),
    department,
    operator: null,
    use: null,
    matter: null,
    operationName: null,
    decisions: [],
    grants: [],
    providers: [],
    rows: 0,
    subjects: [],
    variablesDigest: '',
    answerDigest: '',
    errors: [code],
    refusals: { count, since, callers: callers.size },
    ...common(),
  });

  const open = (one: Counted): CountedRefusal => {
    const id = ledger.nextId();
    const written = ledger.append(recordOf(one, id));
    // The next refusal tries again; whoever waits for this one is told as well.
    written.catch(() => {
      one.opened = null;
    });
    return { id, written };
  };

  return {
    count({ department, code, caller }) {
      const key = `${department ?? ''} ${code}`;
      let one = counts.get(key);
      if (!one) {
        one = { department, code, since: now(), callers: new Set(), own: 0, opened: null, count: 0 };
        counts.set(key, one);
      }
      timer ??= setTimeout(() => void flush(), windowMs).unref();
      if (++one.own <= (department === null ? OWN_RECORDS.unknown : OWN_RECORDS.department)) return null;
      one.opened ??= open(one);
      one.count++;
      if (one.callers.size < MOST_CALLERS) one.callers.add(caller);
      return one.opened;
    },
    flush,
  };
}
