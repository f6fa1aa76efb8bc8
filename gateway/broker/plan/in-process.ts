import { type Planner, plannerOf } from './planner.ts';
import { createPlanning } from './planning.ts';

/** A planner in the calling thread, which it holds up: for tests and tools. */
export function planInProcess(supergraphSdl: string): Planner {
  const planning = createPlanning(supergraphSdl);
  return plannerOf(planning.facts, planning.plan);
}
