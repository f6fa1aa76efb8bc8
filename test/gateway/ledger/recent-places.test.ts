import { describe, expect, it } from 'vitest';
import { createIds } from '../../../gateway/ledger/ids.ts';
import { RecentPlaces } from '../../../gateway/ledger/recent-places.ts';

describe('places of recent records', () => {
  it('are known of the last ones, and of no others', () => {
    const nextId = createIds(() => 1_000);
    const ids = Array.from({ length: 250 }, nextId);
    const places = new RecentPlaces(100);
    for (const [place, id] of ids.entries()) {
      places.note(id, place);
      expect(places.placeOf(id)).toBe(place);
    }
    expect(ids.map((id) => places.placeOf(id))).toEqual(ids.map((_, at) => (at < 150 ? undefined : at)));
    expect(places.placeOf(nextId())).toBeUndefined();
  });

  it('are not known of what is no id', () => {
    const places = new RecentPlaces(3);
    const id = '01234567-89ab-7def-8123-456789abcdef';
    for (const text of ['', '\0'.repeat(36), id.slice(1), `${id} `])
      expect(places.placeOf(text)).toBeUndefined();
    places.note(id, 7);
    places.note(id.replaceAll('0', '1'), 8);
    expect(places.placeOf(id)).toBe(7);
    // The end of one id and the beginning of the next.
    expect(places.placeOf(`${id.slice(18)}${id.replaceAll('0', '1').slice(0, 18)}`)).toBeUndefined();
  });
});
