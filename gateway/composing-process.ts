import { writeFileSync } from 'node:fs';
import { letGatewayGoFirst } from './priority.ts';
import { createComposing } from './registry/process/composing.ts';
import type { Asked, Told } from './registry/process/messages.ts';
import { rehearse } from './rehearsal.ts';
import { ZONES } from './words.ts';

/**
 * `node composing-process.js <text of sharing.graphql> [<network>]`: composes and checks what its parent asks. It is a process and no thread, as the
 * engine compiles and collects for all threads of a process in the same helpers, which queries wait for; and what harms it harms no query.
 */
if (!process.send) throw new Error('this is the process that composes, started by the gateway');
process.on('SIGINT', () => undefined); // A terminal tells the gateway as well, which may still need what is under way.
process.on('SIGTERM', () => undefined);
process.once('disconnect', () => process.exit());

letGatewayGoFirst();
beFirstToGo();
const carryOut = createComposing(
  process.argv[2] ?? '',
  ZONES.find((one) => one === process.argv[3]) ?? null,
  rehearse,
);

const tell = (told: Told): void => {
  process.send?.(told);
};

process.on('message', ({ id, task }: Asked) => {
  carryOut(task, (part) => tell({ kind: 'part', id, part })).then(
    (result) => tell({ kind: 'done', id, result }),
    (error: unknown) => {
      const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
      tell({ kind: 'failed', id, message, stack });
    },
  );
});

/** Where memory runs out, the system ends this process rather than the gateway. */
function beFirstToGo(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not Linux, or not allowed: its heap has a limit of its own.
  }
}
