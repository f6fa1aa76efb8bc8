import type { DepartmentDirectory } from '../../identity/index.ts';
import {
  type DisclosureFilter,
  type FoundDisclosure,
  findDisclosures,
  type Indexer,
  type Ledger,
  readFound,
  type Scope,
} from '../../ledger/index.ts';
import { answersPersons, audits, hasRole, type Role } from '../../roles.ts';
import type { Database, Row } from '../../store/index.ts';
import { type Connection, connectionOf, readPage } from '../connection.ts';
import { type Caller, type Resolvers, requireRole } from '../module.ts';
import { type FilterInput, readFilter, readMatter, readSubject } from './filter.ts';
import type { Guesses } from './guesses.ts';
import type { LookupRecorder } from './lookup.ts';

export interface DisclosureParts extends LookupRecorder {
  readonly database: Database;
  readonly departments: DepartmentDirectory;
  readonly ledger: Ledger;
  readonly indexer: Indexer;
  /** A person's hashes under all keys of the subjects. */
  subjectHashes(value: string): readonly string[];
}

interface ListInput {
  readonly filter?: FilterInput | null;
  readonly first?: number | null;
  readonly after?: string | null;
}
/** Who answers persons finds everything there is, and for most of them that is nothing. */
const OVERSEERS_MISSES = 1_000;

type View = 'USED' | 'PROVIDED' | 'ALL';

/** Whose business each view is. */
const VIEWERS: Readonly<Record<View, readonly Role[]>> = {
  USED: ['CONSUMER'],
  PROVIDED: ['PROVIDER'],
  ALL: ['AUDITOR'],
};

function usualView({ department }: Caller): View {
  if (audits(department)) return 'ALL';
  return hasRole(department, VIEWERS.USED) ? 'USED' : 'PROVIDED';
}

/** Search of the ledger: for who used data, whose data was used, who audits, and the person whom it is about. */
export function disclosuresApi(parts: DisclosureParts, guesses: Guesses): Resolvers {
  const { departments, database } = parts;
  const named = (code: string | null | undefined) =>
    code ? (departments.byCode(code) ?? { code, name: code, nameEn: code }) : null;
  const subgraphOf = (code: string) => departments.byCode(code)?.subgraph ?? null;

  /** Of who else was asked, and what was decided there, a provider learns nothing. */
  const asProvider = (found: FoundDisclosure, code: string): FoundDisclosure => {
    const decisions = found.decisions.filter(({ provider }) => provider === code);
    const codes = new Set(decisions.map((one) => one.code));
    return {
      ...found,
      decisions,
      grants: [],
      calls: found.calls.filter(([subgraph]) => subgraph === subgraphOf(code)),
      errors: found.errors.filter((one) => codes.has(one)),
    };
  };
  const nodeFor =
    (caller: Caller, isAuditing: boolean) =>
    (row: Row): FoundDisclosure => {
      const found = readFound(row);
      const { code } = caller.department;
      return isAuditing || found.department === code ? found : asProvider(found, code);
    };

  const search = async (
    scopes: readonly Scope[],
    filter: DisclosureFilter,
    input: ListInput,
    nodeOf: (row: Row) => FoundDisclosure,
  ): Promise<Connection<FoundDisclosure>> => {
    const page = readPage(input);
    const cursor = readFilter({ id: page.after }).id ?? null;
    const asked = { after: cursor, limit: page.limit + 1 };
    const found = await Promise.all(scopes.map((scope) => findDisclosures(database, scope, filter, asked)));
    const byId = new Map(found.flat().map((row) => [String(row.id), row]));
    const rows = [...byId.values()].sort((a, b) => (String(a.id) < String(b.id) ? 1 : -1));
    return connectionOf(rows, page, nodeOf);
  };

  const index = () => parts.indexer.state();

  return {
    Query: {
      async disclosures(_, input: ListInput & { readonly view?: View | null }, caller) {
        const view = input.view ?? usualView(caller);
        requireRole(caller, `disclosures(view: ${view})`, VIEWERS[view]);
        const scope: Scope =
          view === 'ALL' ? { kind: 'ALL' } : { kind: view, department: caller.department.code };
        return search([scope], readFilter(input.filter ?? {}), input, nodeFor(caller, view === 'ALL'));
      },
      async personDisclosures(
        _,
        input: ListInput & { readonly subject: string; readonly matter: string },
        caller,
      ) {
        const subject = readSubject(input.subject);
        const matter = readMatter(input.matter);
        const filter = { ...readFilter(input.filter ?? {}), subjects: parts.subjectHashes(subject) };
        const { code } = caller.department;
        const isForAll = answersPersons(caller.department);
        const scopes: readonly Scope[] = isForAll
          ? [{ kind: 'ALL' }]
          : [
              { kind: 'USED', department: code },
              { kind: 'PROVIDED', department: code },
            ];
        const lookup = { operation: 'personDisclosures', subject, matter } as const;
        const look = async () => {
          const found = await search(scopes, filter, input, nodeFor(caller, isForAll));
          return { found, outcome: found.edges.length > 0 ? 'HIT' : 'MISS' } as const;
        };
        return (await guesses.tell(caller, lookup, look, isForAll ? OVERSEERS_MISSES : undefined)).found;
      },
      ledgerIndex: index,
    },
    Mutation: {
      async rebuildLedgerIndex() {
        await parts.indexer.rebuild();
        return index();
      },
    },
    Disclosure: {
      time: ({ time }: FoundDisclosure) => new Date(time),
      department: ({ department }: FoundDisclosure) => named(department),
      calls: ({ calls }: FoundDisclosure) => calls.map(([subgraph, outcome]) => ({ subgraph, outcome })),
    },
    RefusalCount: {
      since: ({ since }: NonNullable<FoundDisclosure['refusals']>) => new Date(since),
    },
    DisclosureDecision: {
      provider: ({ provider }: FoundDisclosure['decisions'][number]) => named(provider),
    },
  };
}
