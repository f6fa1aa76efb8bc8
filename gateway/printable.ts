/**
 * Text that one line shows as it is: no control or format characters (line breaks, escapes, marks that turn the reading direction such as
 * U+202E, zero-width ones), no lone surrogates, no non-characters.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u;

/** Something to see: of blanks alone (U+3164 and U+2800 look like them too) nobody can be told. */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** What nearly every such text is; told at once. */
const USUAL = /^[!-~](?:[ -~]*[!-~])?$/;

/** Can a person read the text, all of it, on one line? For whatever is recorded and shown to others as a name or a number. */
export function isPrintableLine(text: string, longest: number): boolean {
  if (text.length > longest) return false;
  return USUAL.test(text) || (text === text.trim() && VISIBLE.test(text) && !HIDDEN.test(text));
}
