import { statfs } from 'node:fs/promises';

/** Bytes that are free on the disk of a folder, for whoever is not root. */
export type FreeBytes = (folder: string) => Promise<number>;

export const freeBytes: FreeBytes = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/** Looks at the disk every now and then. */
export interface SpaceWatch {
  /** There is less than what is to be left. */
  readonly isShort: boolean;
  close(): void;
}

const EVERY_MS = 1_000;

export async function watchSpace(
  folder: string,
  reserve: number,
  free: FreeBytes,
  onShort: (error: Error) => void,
): Promise<SpaceWatch> {
  let isShort = false;
  const look = async (): Promise<void> => {
    const left = await free(folder).catch(() => reserve); // What cannot be told is found out by writing.
    if (left < reserve && !isShort)
      onShort(new Error(`the disk of the ledger has ${left} bytes left, ${reserve} are to be kept free`));
    isShort = left < reserve;
  };
  await look();
  const timer = setInterval(() => void look(), EVERY_MS).unref();
  return {
    get isShort() {
      return isShort;
    },
    close: () => clearInterval(timer),
  };
}
