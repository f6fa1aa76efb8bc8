/** So many bytes of a message weigh as much as one more message. */
const BYTES = 16_384;

/** How many messages one socket may send: so many a second, and after a pause five seconds' worth at once. */
export function createPace(perSecond: number, now: () => number): (bytes: number) => boolean {
  const most = 5 * perSecond;
  let left = most;
  let last = now();
  return (bytes) => {
    const at = now();
    left = Math.min(most, left + ((at - last) * perSecond) / 1_000) - 1 - bytes / BYTES;
    last = at;
    return left >= 0;
  };
}
