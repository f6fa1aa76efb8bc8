/** A record's members as pieces of its JSON text; nothing was parsed. */
export interface RecordSlices {
  readonly id: string;
  readonly time: string;
  readonly operator: string;
  readonly matter: string;
  readonly operation: string;
  readonly rows: string;
  /** What many records have in common: department, use, all from the operation's name to the providers, errors. */
  readonly common: string;
  /** Where the list of subjects begins, behind its bracket, and where it ends, at the other. */
  readonly subjects: { readonly begin: number; readonly end: number };
}

/** A text without escapes, so without control characters too (RFC 8259 §7): PostgreSQL writes it in arrays as JSON does. */
const TEXT = '"[^"\\\\\\x00-\\x1f]*"';
const HEAD = new RegExp(
  `^\\{"id":"([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"` +
    `,"time":(0|[1-9]\\d{0,14}),"department":(null|${TEXT}),"operator":(null|${TEXT}),"use":(null|${TEXT})` +
    `,"matter":(null|${TEXT}),"operation":(${TEXT}),"operationName":`,
);
const ROWS = /^(0|[1-9]\d{0,8})$/;
const TAIL = new RegExp(
  `^\\],"variablesDigest":${TEXT},"answerDigest":${TEXT},"subjectKey":${TEXT},"digestKey":${TEXT}` +
    `,"errors":(\\[(?:${TEXT}(?:,${TEXT})*)?\\])` +
    `(?:,"subscription":\\{"id":${TEXT},"part":${TEXT}(?:,"reason":${TEXT})?\\})?\\}$`,
);
/** Inside a JSON text their quotes would be escaped, so these are members and nothing else. */
const SUBJECTS = Buffer.from(',"subjects":[');
const ROWS_MEMBER = ',"rows":';
const BRACKET = 0x5d;

/**
 * Takes a record apart without parsing it, when its members stand in the order in which `disclosure-text.ts` writes them;
 * null when they do not, or anything else is unusual. Not looked at is what lies between the operation's name and the rows
 * (`common` has it), and between `subjects.begin` and `subjects.end`.
 */
export function sliceRecord(bytes: Buffer): RecordSlices | null {
  const at = bytes.indexOf(SUBJECTS);
  if (at < 0) return null;
  const begin = at + SUBJECTS.length;
  const end = bytes.indexOf(BRACKET, begin);
  if (end < 0) return null;
  const tail = TAIL.exec(bytes.toString('utf8', end));
  const text = bytes.toString('utf8', 0, at);
  const head = HEAD.exec(text);
  if (!head || !tail) return null;
  const [all, id = '', time = '', department, operator = '', use, matter = '', operation = ''] = head;
  const rowsAt = text.lastIndexOf(ROWS_MEMBER);
  if (rowsAt < all.length) return null;
  const rows = text.slice(rowsAt + ROWS_MEMBER.length);
  if (!ROWS.test(rows)) return null;
  const common = `${department}${use}${tail[1]}${text.slice(all.length, rowsAt)}`;
  return { id, time, operator, matter, operation, rows, common, subjects: { begin, end } };
}
