import type { Database } from '../../store/index.ts';

/** What the API has under way in the store at once. The rest of the store's connections is for answers, clocks and deliveries. */
const AT_ONCE: Readonly<Record<Database['kind'], number>> = { server: 4, embedded: 2 };

/** The store as the exchange API uses it: with few questions at once, so that whoever else asks does not wait behind all of them. */
export function sharedDatabase(database: Database): Database {
  const most = AT_ONCE[database.kind];
  const waiting: (() => void)[] = [];
  let running = 0;
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
  return {
    ...database,
    query: (sql, parameters) => inTurn(() => database.query(sql, parameters)),
    transaction: (work) => inTurn(() => database.transaction(work)),
  };
}
