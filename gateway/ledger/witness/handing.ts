import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Head, hashHead, PublicKeys } from '../head.ts';
import { readPublicKey, suiteOf } from '../suite.ts';
import { Cosignature, isCosignedBy } from './cosignature.ts';
import { COSIGNATURES } from './kept.ts';
import { type LineFile, openLines, readTexts } from './lines.ts';

/** Whom heads are handed to. */
export type WitnessPlace =
  /** A file, best on a medium that can only be written once. */
  | { readonly file: string }
  /** Anything that takes a head as JSON by `POST`. */
  | { readonly url: string }
  /** Another gateway, which checks and co-signs; `keys`: its ledger's public keys, got from those who run it. */
  | { readonly gateway: string; readonly keys: string };

export interface HandingOptions {
  /** The ledger's folder, where co-signatures are kept beside the heads. */
  readonly folder: string;
  readonly places: readonly WitnessPlace[];
  readonly everyMs: number;
  /** The ledger's last head. */
  head(): Head | null;
  proveConsistency(first: number, second: number): readonly string[] | null;
  /** Told, once for each row of failures, of a witness that did not take a head. */
  onProblem(place: string, error: unknown): void;
}

/** Hands heads to witnesses, each at its own pace: the newest, when the one before has been taken. Holds nobody up. */
export interface Handing {
  /** Hands over the last head once more, briefly. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 5_000;
const LAST_MS = 2_000;

export async function startHanding(options: HandingOptions): Promise<Handing> {
  const path = join(options.folder, COSIGNATURES);
  const file = await openLines(path);
  const rounds = options.places.map((place) =>
    startRounds(options, place, delivererTo(options, place, path, file)),
  );
  return {
    async close() {
      await Promise.all(rounds.map((one) => one.close()));
      await file.close();
    },
  };
}

type Deliver = (head: Head, timeoutMs: number) => Promise<void>;

/** Looks for a new head again and again, as long as the ledger is open. */
function startRounds(
  { everyMs, onProblem, head }: HandingOptions,
  place: WitnessPlace,
  deliver: Deliver,
): Handing {
  let given: Head | null = null;
  let isFailing = false;
  let busy = Promise.resolve();
  const hand = async (timeoutMs: number): Promise<void> => {
    const newest = head();
    if (!newest || newest === given) return;
    try {
      await deliver(newest, timeoutMs);
      given = newest;
      isFailing = false;
    } catch (error) {
      if (!isFailing) onProblem(nameOf(place), error);
      isFailing = true;
    }
  };
  let isBusy = false;
  const round = (): void => {
    if (isBusy) return;
    isBusy = true;
    busy = hand(TIMEOUT_MS).finally(() => {
      isBusy = false;
    });
  };
  const timer = setInterval(round, everyMs);
  timer.unref();
  round();
  return {
    async close(): Promise<void> {
      clearInterval(timer);
      await busy;
      await hand(LAST_MS);
    },
  };
}

function delivererTo(options: HandingOptions, place: WitnessPlace, path: string, file: LineFile): Deliver {
  if ('file' in place) return (head) => appendHead(place.file, head);
  if ('url' in place) return (head, timeoutMs) => postHead(place.url, head, timeoutMs);
  return gatewayDeliverer(options, place, path, file);
}

/** A head for each line, as `ledger verify --witness` reads them. */
async function appendHead(path: string, head: Head): Promise<void> {
  const file = await open(path, 'a', 0o640);
  try {
    await file.appendFile(`${JSON.stringify(head)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function postHead(url: string, head: Head, timeoutMs: number): Promise<void> {
  const response = await post(url, head, timeoutMs);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}

function post(url: string, body: unknown, timeoutMs: number): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'error',
  });
}

const Taken = z.object({ cosignature: Cosignature });
const Seen = z.object({ kind: z.literal('SEEN'), size: z.number().int().min(0) });

function gatewayDeliverer(
  { proveConsistency }: HandingOptions,
  { gateway, keys }: Extract<WitnessPlace, { gateway: string }>,
  path: string,
  file: LineFile,
): Deliver {
  const url = `${gateway.replace(/\/$/, '')}/ledger/witness`;
  let seen = lastSize(path, keys);
  return async (head, timeoutMs) => {
    for (let attempt = 0; attempt < 2; attempt++) {
      const proof = seen === 0 || seen === head.size ? [] : proveConsistency(seen, head.size);
      if (!proof) throw new AheadOfUs(url, seen, head.size);
      const response = await post(url, { head, first: seen, proof }, timeoutMs);
      const answer: unknown = await response.json();
      const known = Seen.safeParse(answer);
      if (known.success && attempt === 0) {
        seen = known.data.size;
        continue;
      }
      if (!response.ok)
        throw new Error(`${url} 拒绝见证 refused to witness: ${JSON.stringify(answer).slice(0, 200)}`);
      const { cosignature } = Taken.parse(answer);
      if (!isFor(cosignature, head) || !isBy(cosignature, keys))
        throw new Error(`${url} 的联署无效 gave a co-signature that is not valid`);
      await file.append(JSON.stringify(cosignature));
      seen = head.size;
      return;
    }
    throw new Error(`${url} contradicts itself about what it has seen`);
  };
}

/** The witness has seen more than there is: somebody has cut this ledger short, or it was put back from a copy. */
class AheadOfUs extends Error {
  constructor(url: string, seen: number, size: number) {
    super(
      `见证方已见 ${seen} 条，本台账只有 ${size} 条 ${url} has seen ${seen} records, this ledger has ${size}: it was cut short or set back`,
    );
  }
}

function isFor(one: Cosignature, head: Head): boolean {
  return (
    one.ledger === head.ledger && one.size === head.size && one.head === hashHead(suiteOf(head.suite), head)
  );
}

function isBy(one: Cosignature, keys: string): boolean {
  const known = PublicKeys.parse(JSON.parse(readFileSync(keys, 'utf8'))).keys;
  const found = known.find(({ id, suite }) => id === one.key && suite === one.suite);
  const key = found && readPublicKey(found);
  return key ? isCosignedBy(one, key) : false;
}

/** The size of the last head that a witness with these keys has co-signed. */
function lastSize(path: string, keys: string): number {
  if (!existsSync(keys)) return 0;
  let size = 0;
  for (const text of readTexts(path)) {
    const one = Cosignature.parse(JSON.parse(text));
    if (isBy(one, keys)) size = one.size;
  }
  return size;
}

function nameOf(place: WitnessPlace): string {
  return 'file' in place ? place.file : 'url' in place ? place.url : place.gateway;
}
