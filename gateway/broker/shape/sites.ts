/** For each place of an answer where an object may stand, the coordinates that are given with it. */
export type Sites = readonly (readonly string[])[];

/** The coordinates of which something is given. The same set for the same places, so that what follows from it can be kept. */
export type GivenAt = (seen: Uint8Array) => ReadonlySet<string>;

/** Combinations of places that are kept: most answers of an operation fill the same ones. */
const KEPT = 64;

export function compileGiven(sites: Sites): GivenAt {
  const kept = new Map<string, ReadonlySet<string>>();
  return (seen) => {
    const key = Buffer.from(seen.buffer, seen.byteOffset, seen.length).toString('latin1');
    let given = kept.get(key);
    if (!given) {
      given = new Set(sites.flatMap((coordinates, at) => (seen[at] === 1 ? coordinates : [])));
      if (kept.size === KEPT) kept.clear();
      kept.set(key, given);
    }
    return given;
  };
}
