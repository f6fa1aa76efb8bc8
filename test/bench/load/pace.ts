import { Connection } from './connection.ts';
import { type Feed, Recorder, type Sample } from './sample.ts';

/**
 * A fixed rate, evenly spread, whatever the gateway does: a latency counts from the moment when the request was due,
 * so that an answer that is late is not hidden by the requests that had to wait for it (coordinated omission).
 * Ends by itself after `seconds`.
 */
export async function pace(
  feed: Feed,
  connections: number,
  perSecond: number,
  seconds: number,
): Promise<Sample> {
  const recorder = new Recorder(feed.lengths);
  const lines = await Promise.all(
    Array.from({ length: connections }, () => Connection.open(feed.port, (error) => recorder.broke(error))),
  );
  const idle = lines.map((line, index) => ({ line, index }));
  const due: number[] = [];
  const total = Math.floor(perSecond * seconds);
  const start = performance.now();
  let scheduled = 0;
  let answered = 0;

  const sendDue = (): void => {
    while (due.length > 0 && idle.length > 0) {
      const at = due.shift();
      const free = idle.shift();
      if (at === undefined || !free) return;
      free.line.send(feed.next(free.index), (status, length) => {
        answered++;
        recorder.answered(performance.now() - at, status, length);
        idle.push(free);
        sendDue();
      });
    }
  };
  await new Promise<void>((resolve) => {
    const tick = setInterval(() => {
      const now = performance.now();
      const target = Math.min(total, Math.floor(((now - start) / 1_000) * perSecond));
      for (; scheduled < target; scheduled++) due.push(start + (scheduled / perSecond) * 1_000);
      sendDue();
      const isOver =
        answered >= total || recorder.isBroken || now - start > (seconds + GRACE_SECONDS) * 1_000;
      if (!isOver) return;
      clearInterval(tick);
      resolve();
    }, 1);
  });
  const took = (performance.now() - start) / 1_000;
  for (const line of lines) line.close();
  return recorder.sample(took);
}

const GRACE_SECONDS = 10;
