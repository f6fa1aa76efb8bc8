/**
 * A function that remembers at least its last `size` results, and at most twice as many. Two generations, of which the
 * older is dropped whole, cost one look-up where a list of uses costs several: an answer may ask for thousands of hashes.
 */
export function remembered(size: number, compute: (text: string) => string): (text: string) => string {
  let young = new Map<string, string>();
  let old = new Map<string, string>();
  return (text) => {
    const known = young.get(text);
    if (known !== undefined) return known;
    const result = old.get(text) ?? compute(text);
    if (young.size >= size) {
      old = young;
      young = new Map();
    }
    young.set(text, result);
    return result;
  };
}
