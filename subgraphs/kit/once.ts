/** Takes the id of an assertion: false where it has been taken before. `until` (ms) is when the assertion ends by itself. */
export type TakeOnce = (id: string, until: number) => boolean | Promise<boolean>;

/** Remembers ids for at least `ms` in this process. Only what the gateway has signed comes here, so that nobody else can fill it. */
export function onceWithin(ms: number, now: () => number = () => performance.now()): TakeOnce {
  let current = new Set<string>();
  let before = new Set<string>();
  let turned = now();
  return (id) => {
    const age = now() - turned;
    if (age >= ms) {
      before = age < 2 * ms ? current : new Set();
      current = new Set();
      turned = now();
    }
    if (current.has(id) || before.has(id)) return false;
    current.add(id);
    return true;
  };
}
