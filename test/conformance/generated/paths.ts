type Path = readonly (string | number)[];

/** The nulls that errors explain: each error's path up to the first null, or all of it; in order, without repetition. */
export function nulledBy(data: unknown, errors: readonly { readonly path?: Path | undefined }[]): string[] {
  return [...new Set(errors.map(({ path = [] }) => JSON.stringify(upToNull(data, path))))].sort();
}

function upToNull(data: unknown, path: Path): Path {
  let value = data;
  for (const [index, step] of path.entries()) {
    if (value === null || typeof value !== 'object') return path.slice(0, index);
    value = (value as Record<string | number, unknown>)[step];
  }
  return path;
}
