import type { Database } from '../../store/index.ts';
import { connectionOf, type PageInput, readPage } from '../connection.ts';
import type { NamedDepartment } from '../departments/api.ts';
import type { Caller, Resolvers } from '../module.ts';
import { once } from '../once.ts';
import { movesOf } from '../procedure.ts';
import { notFound } from '../refused.ts';
import { type Consent, consentOf, readConsent } from './consent.ts';
import { type MoveInput, moveConsent } from './move.ts';
import { type Move, PROCEDURE, partyOf, readsAll, type State } from './procedure.ts';

export interface ConsentParts {
  readonly database: Database;
  nextId(): string;
  now(): number;
  department(code: string): NamedDepartment;
}

interface Keyed {
  readonly idempotencyKey?: string | null;
}

/** Consents (同意) of owners to others' publications: seen by the two parties, and read by those who oversee. */
export function consentsApi(parts: ConsentParts): Resolvers {
  const { database } = parts;
  const consentFor = async (id: string, { department }: Caller): Promise<Consent> => {
    const consent = await readConsent(database, id);
    if (!consent || !partyOf(department, consent)) throw notFound('同意请求 consent', id);
    return consent;
  };
  const moving = async (
    mutation: string,
    move: (input: MoveInput) => Move | Promise<Move>,
    input: MoveInput & Keyed,
    caller: Caller,
  ): Promise<Consent> => {
    const request = { caller, mutation, key: input.idempotencyKey, input };
    const name = await move(input);
    const id = await once(database, request, (transaction) =>
      moveConsent(parts, transaction, caller, name, input),
    );
    return consentFor(id, caller);
  };
  return {
    Query: {
      consentRequests: async (_, asked: PageInput & { readonly state?: State | null }, { department }) => {
        const page = readPage(asked);
        const rows = await database.query(
          `select * from consents where ($1 or requester = $2 or owner = $2) and ($3::text is null or state = $3)
             and ($4::text is null or id < $4) order by id desc limit $5`,
          [readsAll(department), department.code, asked.state ?? null, page.after, page.limit + 1],
        );
        return connectionOf(rows, page, consentOf);
      },
      consentRequest: (_, { id }: { id: string }, caller) => consentFor(id, caller),
    },
    Mutation: {
      answerConsent: (
        _,
        { input }: { input: MoveInput & Keyed & { readonly answer: 'APPROVE' | 'REFUSE' } },
        caller,
      ) => moving('answerConsent', () => input.answer, input, caller),
      /** The requester takes its request back, the owner its consent. */
      withdrawConsent: (_, { input }: { input: MoveInput & Keyed }, caller) =>
        moving(
          'withdrawConsent',
          async ({ id }) =>
            (await consentFor(id, caller)).owner === caller.department.code ? 'REVOKE' : 'WITHDRAW',
          input,
          caller,
        ),
    },
    ConsentRequest: {
      requester: ({ requester }: Consent) => parts.department(requester),
      owner: ({ owner }: Consent) => parts.department(owner),
      // Who asks for whose items is the owner's business, not that of whoever publishes.
      effect: ({ effect, ...consent }: Consent, _, { department }) =>
        partyOf(department, consent) === 'REQUESTER'
          ? null
          : { ...effect, departments: effect.departments.map(parts.department) },
      allowedMoves: (consent: Consent, _, { department }) => {
        const party = partyOf(department, consent);
        return party === 'OWNER' || party === 'REQUESTER' ? movesOf(PROCEDURE, consent.state, [party]) : [];
      },
      moves: async ({ id }: Consent) => {
        const rows = await database.query(
          'select move, department, operator, note, at from consent_moves where consent = $1 order by number',
          [id],
        );
        return rows.map((row) => ({ ...row, department: parts.department(String(row.department)) }));
      },
    },
  };
}
