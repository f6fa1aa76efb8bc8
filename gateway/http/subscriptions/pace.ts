/** How many messages one socket may send: so many a second, and after a pause five seconds' worth at once. */
export function createPace(perSecond: number, now: () => number): () => boolean {
  const most = 5 * perSecond;
  let left = most;
  let last = now();
  return () => {
    const at = now();
    left = Math.min(most, left + ((at - last) * perSecond) / 1_000) - 1;
    last = at;
    return left >= 0;
  };
}
