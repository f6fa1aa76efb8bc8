import type { DisclosedCoordinate, Disclosure } from './disclosure.ts';

/** Decisions belong to a compiled program, so the same list comes with each of its disclosures: its text is kept. */
const decisionTexts = new WeakMap<readonly DisclosedCoordinate[], string>();

/** A longer record is not put together: joining would copy it once more. */
const MOST_SUBJECTS = 100;

/** No text in the record can look like this: inside a JSON string the quotes would be escaped. */
const PLACE = '"decisions":0';
const KEY = '"decisions":';

/** The JSON of a record; the same as `JSON.stringify(disclosure)`, without writing its decisions anew each time. */
export function disclosureText(disclosure: Disclosure): string {
  const { decisions, subjects } = disclosure;
  if (subjects.length > MOST_SUBJECTS) return JSON.stringify(disclosure);
  let written = decisionTexts.get(decisions);
  if (written === undefined) {
    written = JSON.stringify(decisions);
    decisionTexts.set(decisions, written);
  }
  const text = JSON.stringify({ ...disclosure, decisions: 0 });
  const at = text.indexOf(PLACE);
  return `${text.slice(0, at)}${KEY}${written}${text.slice(at + PLACE.length)}`;
}
