import { isCompetent, oversees } from '../../roles.ts';
import { connectionOf, type PageInput, readPage } from '../connection.ts';
import { batched, groupBy } from '../door/loader.ts';
import type { Caller, Resolvers } from '../module.ts';
import { once } from '../once.ts';
import { notFound } from '../refused.ts';
import {
  type Finding,
  type FindingParts,
  findingOf,
  type MoveInput,
  moveFinding,
  type OpenInput,
  openFinding,
} from './change.ts';
import { type MoveName, movesIn, type State } from './moves.ts';

interface Keyed {
  readonly idempotencyKey?: string | null;
}

/** Findings and rectification (整改), as the exchange API has them. */
export function findingsApi(parts: FindingParts): Resolvers {
  const { database } = parts;
  const findingFor = async (id: string, { department }: Caller): Promise<Finding> => {
    const [row] = await database.query(
      'select * from findings where id = $1 and ($2 or department = $3 or opened_by = $3)',
      [id, oversees(department), department.code],
    );
    if (!row) throw notFound('整改 finding', id);
    return findingOf(row);
  };
  const moving =
    (mutation: string, name: MoveName) =>
    async (_: unknown, { input }: { input: MoveInput & Keyed }, caller: Caller) => {
      const request = { caller, mutation, key: input.idempotencyKey, input };
      return findingFor(
        await once(database, request, (transaction) => moveFinding(parts, transaction, caller, name, input)),
        caller,
      );
    };
  const movesOf = batched(async (ids) => {
    const rows = await database.query(
      'select finding, move, department, operator, note, at from finding_moves where finding = any($1) order by id',
      [ids],
    );
    return groupBy(rows, (row) => String(row.finding));
  });
  return {
    Query: {
      findings: async (_, asked: PageInput & { readonly state?: State | null }, { department }) => {
        const page = readPage(asked);
        const rows = await database.query(
          `select * from findings where ($1 or department = $2 or opened_by = $2) and ($3::text is null or state = $3)
             and ($4::text is null or id < $4) order by id desc limit $5`,
          [oversees(department), department.code, asked.state ?? null, page.after, page.limit + 1],
        );
        return connectionOf(rows, page, findingOf);
      },
      finding: (_, { id }: { id: string }, caller) => findingFor(id, caller),
    },
    Mutation: {
      openFinding: async (_, { input }: { input: OpenInput & Keyed }, caller) => {
        const request = { caller, mutation: 'openFinding', key: input.idempotencyKey, input };
        return findingFor(
          await once(database, request, (transaction) => openFinding(parts, transaction, caller, input)),
          caller,
        );
      },
      answerFinding: moving('answerFinding', 'ANSWER'),
      returnFinding: moving('returnFinding', 'RETURN'),
      closeFindingRectified: moving('closeFindingRectified', 'CLOSE_RECTIFIED'),
      closeFindingUnfounded: moving('closeFindingUnfounded', 'CLOSE_UNFOUNDED'),
    },
    Finding: {
      department: ({ department }: Finding) => parts.department(department),
      evidence: ({ evidence }: Finding) => JSON.stringify(evidence),
      isOverdue: ({ due, state, closedAt }: Finding) =>
        state === 'OPEN' && (closedAt?.getTime() ?? parts.now()) > Date.parse(due),
      allowedMoves: ({ department: own, state }: Finding, _, { department }) =>
        own === department.code
          ? movesIn(state, 'DEPARTMENT')
          : isCompetent(department)
            ? movesIn(state, 'SUPERVISOR')
            : [],
      moves: async ({ id }: Finding, _, caller) =>
        ((await movesOf(id, caller)) ?? []).map((row) => ({
          ...row,
          department: parts.department(String(row.department)),
        })),
    },
  };
}
