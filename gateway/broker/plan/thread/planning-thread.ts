import { parentPort } from 'node:worker_threads';
import { parse } from 'graphql';
import { letQueriesGoFirst } from '../../../priority.ts';
import { createPlanning, type Planning } from '../planning.ts';
import type { Asked, Told } from './messages.ts';

/** The thread that plans over one supergraph: building the graph for it takes seconds when the supergraph is large. */
const port = parentPort;
if (!port) throw new Error('this is the thread that plans, not a program');

const tell = (told: Told): void => port.postMessage(told);
let planning: Planning | null = null;

function build(supergraphSdl: string): void {
  planning = null; // The one before need not be kept meanwhile.
  // What is live is answered meanwhile. A little only, as not every system lets a thread be urgent again, and plans are waited for.
  const hurry = letQueriesGoFirst();
  planning = createPlanning(supergraphSdl);
  hurry();
  tell({ kind: 'ready', facts: planning.facts });
}

port.on('message', (asked: Asked) => {
  if (asked.kind === 'build') {
    build(asked.supergraphSdl);
    return;
  }
  const { id, text, draw } = asked;
  try {
    if (!planning) throw new Error('there is nothing to plan over');
    const plan = planning.plan(parse(text, { noLocation: true }), draw);
    tell({ kind: 'planned', id, plan: JSON.stringify(plan) });
  } catch (error) {
    tell({ kind: 'failed', id, message: error instanceof Error ? (error.stack ?? '') : String(error) });
  }
});
