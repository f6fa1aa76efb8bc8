import { parentPort } from 'node:worker_threads';

/** The thread that plans, which also does what an operation's alias says. */
const FAULTS = {
  exit: () => process.exit(9),
  crash() {
    throw new Error('a defect');
  },
  hang() {
    for (;;);
  },
  memory() {
    for (const kept = []; ; ) kept.push(new Array(100_000).fill(kept.length));
  },
  refuse: ({ id }) => parentPort.postMessage({ kind: 'failed', id, message: 'no plan gives that' }),
};
const on = parentPort.on.bind(parentPort);
parentPort.on = (event, listener) =>
  on(event, (asked) => {
    const [, fault] = /\b(\w+)Now:/.exec(asked.text ?? '') ?? [];
    FAULTS[fault]?.(asked);
    listener(asked);
  });
await import('../../dist/gateway/broker/plan/thread/planning-thread.js');
