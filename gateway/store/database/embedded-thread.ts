import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import type { Row } from './database.ts';
import type { Asked, Told } from './messages.ts';

/** The thread of the embedded database: PostgreSQL compiled to WebAssembly would hold up queries in any other. */
const port = parentPort;
if (!port) throw new Error('this is the thread of the embedded database, not a program');

/** How PostgreSQL writes bytes: this, then two digits for each. */
const HEX = '\\x';

const database = await PGlite.create({
  dataDir: String(workerData),
  extensions: { pg_trgm },
  parsers: {
    [types.INT8]: Number,
    [types.DATE]: (text) => text,
    [types.BYTEA]: (text) => new Uint8Array(Buffer.from(text.slice(HEX.length), 'hex')),
  },
  // PGlite's own goes byte by byte through lists of texts: 100 ns for each.
  serializers: { [types.BYTEA]: bytesText },
});

function bytesText(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes are given as a Uint8Array');
  return HEX + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

const tell = (told: Told): void => port.postMessage(told);

async function carryOut(asked: Asked): Promise<readonly Row[]> {
  switch (asked.kind) {
    case 'query':
      return (await database.query<Row>(asked.sql, [...asked.parameters])).rows;
    case 'run':
      await database.exec(asked.script);
      return [];
    case 'listen':
      await database.listen(asked.channel, (payload) =>
        tell({ kind: 'heard', channel: asked.channel, payload }),
      );
      return [];
    case 'close':
      await database.close();
      return [];
    default:
      return asked satisfies never;
  }
}

port.on('message', (asked: Asked) => {
  carryOut(asked).then(
    (rows) => {
      tell({ kind: 'done', id: asked.id, rows });
      if (asked.kind === 'close') port.close();
    },
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'XX000';
      tell({ kind: 'failed', id: asked.id, message, code });
    },
  );
});
tell({ kind: 'open' });
