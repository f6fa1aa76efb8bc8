import { oversees } from '../../roles.ts';
import { connectionOf, type PageInput, readPage } from '../connection.ts';
import { batched, groupBy } from '../door/loader.ts';
import type { Caller, Resolvers } from '../module.ts';
import { once } from '../once.ts';
import { notFound } from '../refused.ts';
import {
  type MoveInput,
  move,
  type ObjectionParts,
  providerOfDoubt,
  type RaiseInput,
  raise,
} from './change.ts';
import { type MoveName, movesIn, partyOf, type State } from './moves.ts';
import { type Objection, objectionOf, readObjection } from './objection.ts';

interface Keyed {
  readonly idempotencyKey?: string | null;
}

/** Objections (疑义), as the exchange API has them: seen by their two parties and by those who oversee. */
export function objectionsApi(parts: ObjectionParts): Resolvers {
  const { database } = parts;
  const objectionFor = async (id: string, { department }: Caller): Promise<Objection> => {
    const objection = await readObjection(database, id);
    if (!objection || !partyOf(department, objection)) throw notFound('疑义 objection', id);
    return objection;
  };
  const moving =
    (mutation: string, name: (input: MoveInput) => MoveName) =>
    async (_: unknown, { input }: { input: MoveInput & Keyed }, caller: Caller) => {
      const request = { caller, mutation, key: input.idempotencyKey, input };
      const id = await once(database, request, (transaction) =>
        move(parts, transaction, caller, name(input), input),
      );
      return readObjection(database, id); // Also to who has just passed it on, and is no party any more.
    };
  /** What is kept about the person is for the two parties only. */
  const isParty = (objection: Objection, { department }: Caller): boolean =>
    department.code === objection.provider || department.code === objection.consumer;
  const movesOf = batched(async (ids) => {
    const rows = await database.query(
      'select objection, move, department, operator, note, at from objection_moves where objection = any($1) order by id',
      [ids],
    );
    return groupBy(rows, (row) => String(row.objection));
  });
  const evidenceOf = batched(async (ids) => {
    const rows = await database.query('select * from objection_evidence where objection = any($1)', [ids]);
    return new Map(rows.map((row) => [String(row.objection), row]));
  });
  return {
    Query: {
      objections: async (_, asked: PageInput & { readonly state?: State | null }, { department }) => {
        const page = readPage(asked);
        const seesAll = oversees(department);
        const rows = await database.query(
          `select * from objections where ($1 or consumer = $2 or provider = $2) and ($3::text is null or state = $3)
             and ($4::text is null or id < $4) order by id desc limit $5`,
          [seesAll, department.code, asked.state ?? null, page.after, page.limit + 1],
        );
        return connectionOf(rows, page, objectionOf);
      },
      objection: (_, { id }: { id: string }, caller) => objectionFor(id, caller),
    },
    Mutation: {
      raiseObjection: async (_, { input }: { input: RaiseInput & Keyed }, caller) => {
        const provider = await providerOfDoubt(parts, caller, input);
        const request = { caller, mutation: 'raiseObjection', key: input.idempotencyKey, input };
        const id = await once(database, request, (transaction) =>
          raise(parts, transaction, caller, provider, input),
        );
        return objectionFor(id, caller);
      },
      correctObjection: moving('correctObjection', () => 'CORRECT'),
      confirmObjection: moving('confirmObjection', () => 'CONFIRM'),
      disownObjection: moving('disownObjection', ({ to }) => (to ? 'REDIRECT' : 'DISOWN')),
      withdrawObjection: moving('withdrawObjection', () => 'WITHDRAW'),
    },
    Objection: {
      consumer: ({ consumer }: Objection) => parts.department(consumer),
      provider: ({ provider }: Objection) => parts.department(provider),
      subject: (objection: Objection, _, caller) =>
        objection.subjectSealed !== null && isParty(objection, caller)
          ? parts.sealer.open(objection.subjectSealed, objection.id).toString()
          : null,
      isOverdue: ({ due, closedAt }: Objection) =>
        due !== null && (closedAt?.getTime() ?? parts.now()) > Date.parse(due),
      allowedMoves: (objection: Objection, _, { department }) => {
        const party = partyOf(department, objection);
        return party === 'PROVIDER' || party === 'CONSUMER' ? movesIn(objection.state, party) : [];
      },
      moves: async ({ id }: Objection, _, caller) =>
        ((await movesOf(id, caller)) ?? []).map((row) => ({
          ...row,
          department: parts.department(String(row.department)),
        })),
      evidence: async (objection: Objection, _, caller) => {
        const row = await evidenceOf(objection.id, caller);
        if (!row) return null;
        const { name, type, digest, content_sealed: sealed } = row;
        const isShown = typeof sealed === 'string' && isParty(objection, caller);
        const base64 = isShown ? parts.sealer.open(sealed, objection.id).toString('base64') : null;
        return { name, type, digest, base64 };
      },
    },
  };
}
