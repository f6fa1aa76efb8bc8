import { ZONES, type Zone } from '../words.ts';
import type { Element, Model } from './check/model.ts';

/** Something in a schema that is not of this network. */
export interface Elsewhere {
  readonly coordinate: string;
  readonly zones: readonly string[];
}

/**
 * What a subgraph states to be of other networks only (Measures Art. 11: the two are apart). All of its elements are looked at, used or not:
 * not even a name may come over.
 */
export function elsewhere({ types }: Model, zone: Zone): Elsewhere[] {
  return [...types.values()]
    .flatMap((type): Element[] => [type, ...type.fields.flatMap((field) => [field, ...field.args])])
    .flatMap((element): Elsewhere[] => {
      const zones = statedZones(element.sharing('sharing')?.zones);
      return zones === null || zones.includes(zone) ? [] : [{ coordinate: element.coordinate, zones }];
    });
}

/** The networks in which an item is served, as its schema states them; every network where it states none. */
export function zonesOf(stated: unknown): Zone[] {
  const zones = statedZones(stated);
  return ZONES.filter((one) => zones === null || zones.includes(one));
}

/** A single value stands for a list of one (GraphQL spec §3.11); null: nothing is stated. */
function statedZones(value: unknown): string[] | null {
  if (value === undefined || value === null) return null;
  return Array.isArray(value) ? value.map(String) : [String(value)];
}
