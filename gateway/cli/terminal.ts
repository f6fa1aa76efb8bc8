/**
 * Characters that act on a terminal, or on how a line is read, instead of being shown: controls (an escape sequence begins with one)
 * except tab and line feed, formats such as U+202E, separators of lines, and halves of surrogate pairs.
 */
const UNSHOWN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A text of anybody's, safe to show: what would act is escaped as JSON escapes it, so JSON stays the same JSON. */
export function showable(text: string): string {
  return text.replace(UNSHOWN, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** A text of several lines inside an answer of ours: no line of it can be taken for one of ours. */
export function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `  │ ${line}`)
    .join('\n');
}

/** A text in a line of its own, or in a column. */
export function oneLine(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Whoever reads our output may stop (`| head`): then nothing is left to do. */
export function endWithReader(output: NodeJS.WriteStream): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
