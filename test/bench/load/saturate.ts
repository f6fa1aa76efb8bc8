import { Connection } from './connection.ts';
import { type Feed, Recorder, type Sample } from './sample.ts';

/**
 * As much as the gateway takes: every connection sends its next request when it has its answer. Ends by itself
 * after `seconds`; an answer that comes later counts, with the time that it took.
 */
export async function saturate(feed: Feed, connections: number, seconds: number): Promise<Sample> {
  const recorder = new Recorder(feed.lengths);
  let underWay = 0;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const broke = (error: Error): void => {
    recorder.broke(error);
    finish();
  };
  const lines = await Promise.all(
    Array.from({ length: connections }, () => Connection.open(feed.port, broke)),
  );
  const start = performance.now();
  const end = start + seconds * 1_000;
  const send = (line: Connection, index: number): void => {
    const sent = performance.now();
    if (sent >= end || recorder.isBroken) {
      if (underWay === 0) finish();
      return;
    }
    underWay++;
    line.send(feed.next(index), (status, length) => {
      underWay--;
      recorder.answered(performance.now() - sent, status, length);
      send(line, index);
    });
  };
  lines.forEach(send);
  await Promise.race([finished, after(seconds * 1_000 + GRACE_MS)]);
  const took = (performance.now() - start) / 1_000;
  for (const line of lines) line.close();
  return recorder.sample(took);
}

/** How long the last answers are waited for. */
const GRACE_MS = 20_000;

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
