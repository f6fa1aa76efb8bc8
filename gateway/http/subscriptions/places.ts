/** Places for whoever has not said who it is: few for one caller, and not many altogether. */
export interface Places {
  /** How to give the place back; null when there is none. */
  take(caller: string): (() => void) | null;
}

export interface PlaceLimits {
  readonly total: number;
  readonly perAddress: number;
}

export function createPlaces({ total, perAddress }: PlaceLimits): Places {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    take(caller) {
      const before = taken.get(caller) ?? 0;
      if (all >= total || before >= perAddress) return null;
      all++;
      taken.set(caller, before + 1);
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        all--;
        const left = (taken.get(caller) ?? 1) - 1;
        if (left > 0) taken.set(caller, left);
        else taken.delete(caller);
      };
    },
  };
}
