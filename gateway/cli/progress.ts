const EVERY_MS = 1_000;

/** Tells a person at a terminal that something takes its time; scripts see nothing of it. */
export async function withProgress<T>(what: string, work: Promise<T>): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return work;
  const start = Date.now();
  const show = (): void => void stderr.write(`\r${what} ${Math.round((Date.now() - start) / 1_000)} s`);
  show();
  const timer = setInterval(show, EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    stderr.write('\r\u001b[K');
  }
}
