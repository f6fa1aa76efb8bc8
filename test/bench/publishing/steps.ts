import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { createPlanners } from '../../../gateway/broker/index.ts';
import { projectRoot } from '../../../gateway/files.ts';
import { openComposer, revivePublication, type Subgraph } from '../../../gateway/registry/index.ts';
import type { DepartmentCode } from '../../../gateway/words.ts';
import { manySubgraphs } from './many-subgraphs.ts';

/**
 * How long a large supergraph takes to check and compose, and how long that, and putting it in place, holds up the thread that answers
 * queries: prints a table.
 */
export async function measureSteps(count: number, fields: number): Promise<void> {
  const specification = readFileSync(join(projectRoot(), 'schema', 'sharing.graphql'), 'utf8');
  const subgraphs: Subgraph[] = manySubgraphs(count, fields).map(({ name, sdl }, index) => ({
    name,
    sdl,
    url: `http://${name}.example/`,
    provider: { code: String(index).padStart(18, '0') as DepartmentCode, name },
  }));
  const [candidate] = subgraphs;
  if (!candidate) throw new Error('at least one subgraph');
  const begun = openComposer(specification);
  const before = await begun.prepare(subgraphs, null);
  await begun.close();
  if (!before.ok) throw new Error(JSON.stringify(before.problems.slice(0, 3)));
  const composer = openComposer(specification);
  const examine = {
    candidate,
    live: subgraphs,
    liveSdl: before.prepared.supergraphSdl,
    owners: [],
    operations: [],
    granted: [],
    reason: null,
    isForced: false,
    running: null,
  };
  console.log(`${count} subgraphs, ${fields} fields\n`);
  console.log('| what | s | processor s of this process | longest hold of the query thread, ms |');
  console.log('| --- | ---: | ---: | ---: |');
  const cold = { ...examine, candidate: changed(candidate, 1) };
  const first = await measure('checked and composed in a process just begun', () => composer.examine(cold));
  if (first.findings.length > 0) throw new Error(JSON.stringify(first.findings.slice(0, 3)));
  const warm = { ...examine, candidate: changed(candidate, 2) };
  await measure('checked and composed there, the next version', () => composer.examine(warm));
  const live = subgraphs.map((one) => (one === candidate ? warm.candidate : one));
  const prepared = await measure('handed over to the query thread', () => composer.prepare(live, null));
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems.slice(0, 3)));
  const publication = await measure('schema and rules on the query thread', () =>
    revivePublication(prepared.prepared),
  );
  await composer.close();
  const planners = createPlanners();
  const planner = await measure('planner in its thread', () => planners.open(publication.supergraphSdl));
  await planner.close();
  await planners.close();
}

/** Seconds that work takes, and the longest time for which this thread could do nothing else meanwhile. */
async function measure<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await setTimeout(20); // It counts from its first tick: what begins before that goes unseen.
  const start = performance.now();
  const cpu = process.cpuUsage();
  const result = await work();
  await setTimeout(20); // What held the thread up is noted by a timer after it.
  const { user, system } = process.cpuUsage(cpu);
  const seconds = ((performance.now() - start) / 1_000).toFixed(2);
  const held = Math.round(delay.max / 1e6);
  console.log(`| ${what} | ${seconds} | ${((user + system) / 1e6).toFixed(2)} | ${held} |`);
  return result;
}

/** The candidate, with one more item for each version. */
function changed(candidate: Subgraph, version: number): Subgraph {
  const item = `  added${version}: Int @sharing(class: UNCONDITIONAL) @item(name: "增${version}", type: I)`;
  const id = '  id: ID! @sharing';
  const sdl = candidate.sdl.replace(id, `${item}\n${id}`);
  return { ...candidate, sdl };
}
