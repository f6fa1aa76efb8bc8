import { isPrintableLine } from '../../printable.ts';
import type { Database } from '../../store/index.ts';
import type { Caller, Resolvers } from '../module.ts';
import { once } from '../once.ts';
import { badInput } from '../refused.ts';

export interface MatterParts {
  readonly database: Database;
  /** A subject as the ledger's records name it. */
  hashSubject(subject: string): string;
  now(): number;
}

interface RegisterInput {
  readonly matter: string;
  readonly subjects: readonly string[];
  readonly idempotencyKey?: string | null;
}

interface CloseInput {
  readonly matter: string;
  readonly idempotencyKey?: string | null;
}

const MATTER_LIMIT = 200;
const SUBJECTS_LIMIT = 100;

/**
 * A department's matters under way and whom they are about (在办事项的当事人): who registers is on record, and only hashes
 * are kept. A grant with `subjectsOf: MATTER` gives records of these subjects only.
 */
export function mattersApi({ database, hashSubject, now }: MatterParts): Resolvers {
  const shown = async (department: string, matter: string) => {
    const rows = await database.query(
      `select count(*)::int as subjects from matter_subjects
       where department = $1 and matter = $2 and closed_at is null`,
      [department, matter],
    );
    return { matter, subjects: Number(rows[0]?.subjects ?? 0) };
  };
  return {
    Query: {
      matter: (_, { matter }: { matter: string }, { principal }) => shown(principal.department, matter),
    },
    Mutation: {
      async registerSubjects(_, { input }: { input: RegisterInput }, caller: Caller) {
        const { department, operator } = caller.principal;
        const matter = readMatter(input.matter);
        const subjects = input.subjects.map((one) => one.trim());
        if (subjects.length === 0 || subjects.length > SUBJECTS_LIMIT || subjects.includes(''))
          throw badInput(`subjects: 1–${SUBJECTS_LIMIT}`);
        // Hashed before anything is kept, also as the request that the key stands for.
        const hashed = [...new Set(subjects.map(hashSubject))];
        const kept = { matter, subjects: hashed };
        const request = { caller, mutation: 'registerSubjects', key: input.idempotencyKey, input: kept };
        await once(database, request, async (transaction) => {
          for (const subject of hashed) {
            await transaction.query(
              `insert into matter_subjects (department, matter, subject, registered_by, registered_at)
                 values ($1, $2, $3, $4, $5)
               on conflict (department, matter, subject) do update
               set registered_by = $4, registered_at = $5, closed_by = null, closed_at = null
               where matter_subjects.closed_at is not null`,
              [department, matter, subject, operator, new Date(now()).toISOString()],
            );
          }
          return matter;
        });
        return shown(department, matter);
      },
      async closeMatter(_, { input }: { input: CloseInput }, caller: Caller) {
        const { department, operator } = caller.principal;
        const matter = readMatter(input.matter);
        const request = { caller, mutation: 'closeMatter', key: input.idempotencyKey, input: { matter } };
        await once(database, request, async (transaction) => {
          await transaction.query(
            `update matter_subjects set closed_by = $3, closed_at = $4
               where department = $1 and matter = $2 and closed_at is null`,
            [department, matter, operator, new Date(now())],
          );
          return matter;
        });
        return shown(department, matter);
      },
    },
  };
}

function readMatter(text: string): string {
  const matter = text.trim();
  if (!isPrintableLine(matter, MATTER_LIMIT))
    throw badInput(`matter: 1–${MATTER_LIMIT} 个可见字符 visible characters on one line`);
  return matter;
}
