import { parentPort, workerData } from 'node:worker_threads';
import { parse } from 'graphql';
import { KEEPING_UP, letQueriesGoFirst } from '../../../priority.ts';
import { createPlanning } from '../planning.ts';
import type { Asked, Told } from './messages.ts';

/** The thread that plans over one supergraph: building the graph for it takes seconds when the supergraph is large. */
const port = parentPort;
if (!port) throw new Error('this is the thread that plans, not a program');

/** What is live is answered meanwhile. Little, as not every system lets a thread be urgent again: plans are waited for. */
const NICE_WHILE_BUILDING = 5;

const tell = (told: Told): void => port.postMessage(told);
const hurry = letQueriesGoFirst(KEEPING_UP);
const planning = createPlanning(String(workerData));
hurry();
tell({ kind: 'ready', facts: planning.facts });

port.on('message', ({ id, text, draw }: Asked) => {
  try {
    const plan = planning.plan(parse(text, { noLocation: true }), draw);
    tell({ kind: 'planned', id, plan: JSON.stringify(plan) });
  } catch (error) {
    tell({ kind: 'failed', id, message: error instanceof Error ? (error.stack ?? '') : String(error) });
  }
});
