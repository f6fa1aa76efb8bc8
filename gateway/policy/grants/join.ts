import type { Grant, GrantSource } from './grant.ts';

/** Several sources of grants as one: what any of them grants is granted. */
export function joinGrants(sources: readonly GrantSource[]): GrantSource {
  const join = (): readonly Grant[] => sources.flatMap((one) => one.current());
  let joined = join();
  const listeners = new Set<() => void>();
  const stops = sources.map((one) =>
    one.onChange(() => {
      joined = join();
      for (const listener of listeners) listener();
    }),
  );
  return {
    current: () => joined,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      for (const stop of stops) stop();
      for (const one of sources) one.close();
    },
  };
}

/** Grants that do not change. */
export function fixedGrants(grants: readonly Grant[]): GrantSource {
  return { current: () => grants, onChange: () => () => undefined, close: () => undefined };
}
