import type { Database } from '../../store/index.ts';
import type { Sealer } from '../sealed.ts';
import { CHANNEL } from './change.ts';
import { objectionOf } from './objection.ts';

/** An item of an answer that is disputed: the clerk serves the person by the papers they bring (Measures Art. 15). */
export interface Dispute {
  readonly coordinate: string;
  readonly objection: string;
  readonly since: string;
}

/** The open objections, in memory: asked for every answer. */
export interface Disputes {
  /** What of an answer is disputed; the subjects as the ledger hashes them. Null, and nothing else is looked at, when nothing is. */
  touching(subjects: readonly string[], isGiven: (coordinate: string) => boolean): readonly Dispute[] | null;
  close(): void;
}

const POLL_MS = 5_000;

/** Keeps the open objections of all instances. While the store cannot be reached, those known last stay. */
export async function openDisputes(parts: {
  readonly database: Database;
  readonly sealer: Sealer;
  hashSubject(subject: string): string;
  onProblem(error: unknown): void;
}): Promise<Disputes> {
  const { database, sealer } = parts;
  let open: ReadonlyMap<string, readonly Dispute[]> = new Map();
  const read = async (): Promise<void> => {
    const rows = await database.query(`select * from objections where state = 'OPEN' order by id`);
    const next = new Map<string, Dispute[]>();
    for (const { id, coordinate, subjectSealed, raisedAt } of rows.map(objectionOf)) {
      if (subjectSealed === null) continue;
      // Hashed here and not kept as a hash: the key of the ledger's hashes is changed from time to time.
      const subject = parts.hashSubject(sealer.open(subjectSealed, id).toString());
      const dispute = { coordinate, objection: id, since: raisedAt.toISOString() };
      next.set(subject, [...(next.get(subject) ?? []), dispute]);
    }
    open = next;
  };
  await read();
  const again = (): void => void read().catch(parts.onProblem);
  await database.listen(CHANNEL, again);
  const timer = setInterval(again, POLL_MS);
  timer.unref();
  return {
    touching(subjects, isGiven) {
      if (open.size === 0) return null;
      const found = subjects
        .flatMap((subject) => open.get(subject) ?? [])
        .filter((one) => isGiven(one.coordinate));
      return found.length > 0 ? found : null;
    },
    close: () => clearInterval(timer),
  };
}
