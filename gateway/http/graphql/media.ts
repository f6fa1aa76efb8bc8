/** The media type in which a GraphQL response is written (GraphQL over HTTP §5.1). */
export type ResponseType = 'application/json' | 'application/graphql-response+json';

const SERVED: readonly ResponseType[] = ['application/json', 'application/graphql-response+json'];

/** The response type for an `Accept` header (RFC 9110 §12.5.1); null when it takes neither. */
export function responseTypeFor(accept: string | undefined): ResponseType | null {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return 'application/json';
  if (accept === 'application/graphql-response+json') return accept;
  const ranges = accept.split(',').flatMap((one) => readRange(one) ?? []);
  let best: ResponseType | null = null;
  let most = 0;
  for (const type of SERVED) {
    const fitting = ranges.filter(({ range }) => fits(range, type));
    // The range that says most of a type decides on it.
    const longest = Math.max(...fitting.map(({ range }) => specificity(range)));
    const weight = fitting.find(({ range }) => specificity(range) === longest)?.weight ?? 0;
    if (weight > most) [best, most] = [type, weight];
  }
  return best;
}

interface Range {
  readonly range: string;
  readonly weight: number;
}

function readRange(text: string): Range | null {
  const [range = '', ...parameters] = text.split(';').map((one) => one.trim().toLowerCase());
  const given = new Map(parameters.map((one) => [one.split('=')[0]?.trim(), one.split('=')[1]?.trim()]));
  const charset = given.get('charset')?.replace(/^"(.*)"$/, '$1');
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') return null;
  const weight = given.has('q') ? Number(given.get('q')) : 1;
  return weight >= 0 && weight <= 1 ? { range, weight } : null;
}

function fits(range: string, type: string): boolean {
  return range === '*/*' || range === 'application/*' || range === type;
}

function specificity(range: string): number {
  return range.endsWith('/*') ? range.length - 10 : range.length;
}

/** Is a body JSON in UTF-8 (RFC 8259 §8.1)? */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  if (contentType === 'application/json') return true;
  const [type = '', ...parameters] = contentType.split(';').map((one) => one.trim().toLowerCase());
  return (
    type === 'application/json' &&
    parameters.every((one) => !one.startsWith('charset') || /^charset\s*=\s*("utf-?8"|utf-?8)$/.test(one))
  );
}
