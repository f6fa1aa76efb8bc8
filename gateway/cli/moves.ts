import { z } from 'zod';
import { print } from './command.ts';
import { oneLine } from './terminal.ts';

/** `moves { move department { name } note at }` of whatever goes a way: an objection, a finding. */
export const Moves = z.array(
  z.object({
    move: z.string(),
    department: z.object({ name: z.string() }),
    note: z.string().nullable(),
    at: z.string(),
  }),
);

/** The way that something has gone, and the moves that are possible now. */
export function printMoves(moves: z.infer<typeof Moves>, allowed: readonly string[]): void {
  for (const one of moves)
    print(`  ${one.at}  ${one.move}  ${one.department.name}  ${oneLine(one.note ?? '')}`);
  print(`可办 possible: ${allowed.join(', ') || '—'}`);
}
