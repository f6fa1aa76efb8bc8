/** So many at once for each key; the ones that are taken are given back one by one. */
export interface Slots {
  /** Takes one and returns how to give it back (once); null when there is none left. */
  take(key: string): (() => void) | null;
}

export function createSlots(most: number): Slots {
  const taken = new Map<string, number>();
  return {
    take(key) {
      const count = taken.get(key) ?? 0;
      if (count >= most) return null;
      taken.set(key, count + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (taken.get(key) ?? 1) - 1;
        if (left > 0) taken.set(key, left);
        else taken.delete(key);
      };
    },
  };
}
