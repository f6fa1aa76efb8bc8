export { familyCpuSeconds, familyMemoryMb } from './family.ts';
export { freePort } from './port.ts';
export {
  cpuSeconds,
  describeMachine,
  forgetPeak,
  GATEWAY_CORE,
  LOAD_CORE,
  memoryMb,
  pin,
  pinned,
  unpin,
} from './process.ts';
