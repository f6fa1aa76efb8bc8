const ID_BYTES = 36;
const NONE = -1;

/**
 * Where the last records stand in the tree, by their ids. The ids are kept as bytes one behind the other, and looked for from
 * the newest on: a proof is asked for seldom, mostly just after its record, and a `Map` of all of them would be work at each
 * record and for each collection.
 */
export class RecentPlaces {
  readonly #ids: Buffer;
  readonly #places: Float64Array;
  #next = 0;

  constructor(most: number) {
    this.#ids = Buffer.alloc(most * ID_BYTES);
    this.#places = new Float64Array(most).fill(NONE);
  }

  note(id: string, place: number): void {
    this.#ids.write(id, this.#next * ID_BYTES, ID_BYTES, 'latin1');
    this.#places[this.#next] = place;
    this.#next = (this.#next + 1) % this.#places.length;
  }

  placeOf(id: string): number | undefined {
    if (id.length !== ID_BYTES) return undefined;
    const newest = this.#next * ID_BYTES;
    const slot = this.#find(id, 0, newest) ?? this.#find(id, newest, this.#ids.length);
    return slot === undefined || this.#places[slot] === NONE ? undefined : this.#places[slot];
  }

  /** The last slot with this id between two ends. */
  #find(id: string, from: number, end: number): number | undefined {
    const ids = this.#ids.subarray(from, end);
    for (
      let at = ids.lastIndexOf(id, undefined, 'latin1');
      at >= 0;
      at = ids.lastIndexOf(id, at - 1, 'latin1')
    ) {
      if (at % ID_BYTES === 0) return (from + at) / ID_BYTES;
      if (at === 0) break; // A negative position would count from the end.
    }
    return undefined;
  }
}
