import type { Pieces } from './batch.ts';
import type { DisclosedCoordinate, Disclosure } from './disclosure.ts';

/** Decisions belong to a compiled program, so the same list comes with each of its disclosures: its bytes are kept. */
const decisionBytes = new WeakMap<readonly DisclosedCoordinate[], Buffer>();

/** No text in the record can look like this: inside a JSON string the quotes would be escaped. */
const PLACE = '"decisions":0';
const KEY = '"decisions":';

/** The JSON of a record, `JSON.stringify(disclosure)` in pieces, without writing its decisions anew each time. */
export function disclosurePieces(disclosure: Disclosure): Pieces {
  const { decisions } = disclosure;
  let written = decisionBytes.get(decisions);
  if (written === undefined) {
    written = Buffer.from(JSON.stringify(decisions));
    decisionBytes.set(decisions, written);
  }
  const text = JSON.stringify({ ...disclosure, decisions: 0 });
  const at = text.indexOf(PLACE);
  return [text.slice(0, at + KEY.length), written, text.slice(at + PLACE.length)];
}
