type Path = readonly (string | number)[];

/** The nulls that errors explain: each error's path up to the first null, or all of it; in order, without repetition. */
export function nulledBy(data: unknown, errors: readonly { readonly path?: Path | undefined }[]): string[] {
  return [...new Set(errors.map(({ path = [] }) => JSON.stringify(upToNull(data, path))))].sort();
}

/** Those errors that tell of a null; others tell of what only a plan asked for, at an object that is there. */
export function tellingOfNulls<E extends { readonly path?: Path | undefined }>(
  data: unknown,
  errors: readonly E[],
): E[] {
  return errors.filter(({ path = [] }) => {
    let value = data;
    for (const step of upToNull(data, path)) value = (value as Record<string | number, unknown>)[step];
    if (value === undefined)
      throw new Error(`an error at ${JSON.stringify(path)}, which is nowhere in the answer`);
    return value === null;
  });
}

function upToNull(data: unknown, path: Path): Path {
  let value = data;
  for (const [index, step] of path.entries()) {
    if (value === null || typeof value !== 'object') return path.slice(0, index);
    value = (value as Record<string | number, unknown>)[step];
  }
  return path;
}

/** The nulls of an answer that another answer has not, and that no error speaks of. */
export function unexplainedNulls(
  data: unknown,
  before: unknown,
  errors: readonly { readonly path?: Path | undefined }[],
): Path[] {
  const found: Path[] = [];
  const isTold = (path: Path): boolean =>
    errors.some(({ path: told = [] }) => told.every((step, at) => at >= path.length || step === path[at]));
  const walk = (value: unknown, other: unknown, path: Path): void => {
    if (value === null) {
      if (other !== null && !isTold(path)) found.push(path);
    } else if (typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) {
        const step = Array.isArray(value) ? Number(key) : key;
        walk(inner, other === null ? null : Object(other)[key], [...path, step]);
      }
    }
  };
  walk(data, before, []);
  return found;
}
