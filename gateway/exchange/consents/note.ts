import type { Queryable } from '../../store/index.ts';
import type { Move } from './procedure.ts';

/** Writes one step of a consent's way. */
export async function note(
  transaction: Queryable,
  consent: string,
  move: Move | 'REQUEST',
  by: { readonly department: string; readonly operator: string; readonly at: Date },
  text: string | null,
): Promise<void> {
  await transaction.query(
    'insert into consent_moves (consent, move, department, operator, note, at) values ($1, $2, $3, $4, $5, $6)',
    [consent, move, by.department, by.operator, text, by.at],
  );
}
