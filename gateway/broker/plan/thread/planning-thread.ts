import { parentPort, workerData } from 'node:worker_threads';
import { parse } from 'graphql';
import { createPlanning } from '../planning.ts';
import type { Asked, Told } from './messages.ts';

/** The thread that plans over one supergraph: building the graph for it takes seconds when the supergraph is large. */
const port = parentPort;
if (!port) throw new Error('this is the thread that plans, not a program');

const tell = (told: Told): void => port.postMessage(told);
const planning = createPlanning(String(workerData));
tell({ kind: 'ready', facts: planning.facts });

port.on('message', ({ id, text, draw }: Asked) => {
  try {
    const plan = planning.plan(parse(text, { noLocation: true }), draw);
    tell({ kind: 'planned', id, plan: JSON.stringify(plan) });
  } catch (error) {
    tell({ kind: 'failed', id, message: error instanceof Error ? (error.stack ?? '') : String(error) });
  }
});
