/** `@listSize` of a field (IBM cost specification, as Federation 2.9 takes it over). */
export interface ListSize {
  readonly assumedSize?: number;
  readonly slicingArguments: readonly string[];
  readonly sizedFields: readonly string[];
}

/** Weights and list sizes that the published schemas state, by coordinate (types by name). */
export interface CostModel {
  weight(coordinate: string): number | undefined;
  listSize(coordinate: string): ListSize | undefined;
}

/** The same as plain data. */
export interface CostEntries {
  readonly weights: ReadonlyMap<string, number>;
  readonly sizes: ReadonlyMap<string, ListSize>;
}

export function costModel({ weights, sizes }: CostEntries): CostModel {
  return { weight: (coordinate) => weights.get(coordinate), listSize: (coordinate) => sizes.get(coordinate) };
}
