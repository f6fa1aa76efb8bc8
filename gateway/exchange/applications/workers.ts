import type { Queryable } from '../../store/index.ts';
import { endOf } from '../clock/index.ts';
import { scheduleJob, type Worker, type Workers } from '../jobs/index.ts';
import { BEGIN, END, EXPIRE, OVERDUE, REMIND } from './clocks.ts';
import { movePart } from './move.ts';
import { lockPart, type Part } from './part.ts';
import { type Move, PROCEDURE } from './procedure.ts';
import type { MoveParts } from './rules.ts';

/** What the clocks of applications do when their time has come. How things stand is read then: a clock that was overtaken does nothing. */
export function applicationWorkers(parts: MoveParts): Workers {
  return {
    [REMIND]: onPart('REMIND', parts, (part) => part.due !== null && parts.now() < endOf(part.due)),
    [OVERDUE]: onPart('MARK_OVERDUE', parts, async (part, transaction) => {
      if (part.due === null || part.isOverdue || parts.now() < endOf(part.due)) return false;
      await transaction.query('update application_parts set overdue = true where id = $1', [part.id]);
      return true;
    }),
    [EXPIRE]: onPart('EXPIRE', parts, (part) => parts.now() >= part.content.until),
    [BEGIN]: onPart('BEGIN', parts, () => true),
    [END]: onPart('END', parts, async (part, transaction) => {
      const [grant] = await transaction.query('select valid_until from grants where id = $1', [part.grant]);
      const ends = grant?.valid_until instanceof Date ? grant.valid_until.getTime() : 0;
      if (parts.now() >= ends) return true;
      await scheduleJob(transaction, { kind: END, key: part.id, payload: part.id, runAt: ends });
      return false;
    }),
  };
}

function onPart(
  move: Move,
  parts: MoveParts,
  isTime: (part: Part, transaction: Queryable) => boolean | Promise<boolean>,
): Worker {
  return {
    way: 'IN_TRANSACTION',
    async work(payload, transaction) {
      const part = await lockPart(transaction, String(payload));
      if (!part || !PROCEDURE[part.state][move] || !(await isTime(part, transaction))) return;
      await movePart(parts, transaction, { part: part.id, move, actor: 'PLATFORM' });
    },
  };
}
