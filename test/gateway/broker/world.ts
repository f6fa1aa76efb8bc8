import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import {
  type BrokerParts,
  createEngine,
  type ProviderListener,
  type ProviderQuestion,
  type Subscriber,
} from '../../../gateway/broker/index.ts';
import { planInProcess } from '../../../gateway/broker/plan/in-process.ts';
import { type Disclosure, memoryLedger } from '../../../gateway/ledger/index.ts';
import { SubjectTable } from '../../../gateway/ledger/subject-table.ts';
import { openPublication } from '../../../gateway/registry/index.ts';
import type { DepartmentCode, GrantId, Principal } from '../../../gateway/words.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n`;
const shops = `${LINK} type Query { shop(id: ID!): Shop } type Subscription { shopChanged(id: ID!): Shop }
  type Mutation { closeShop(id: ID!): Shop }
  type Shop @key(fields: "id") { id: ID! name: String! score: Int }`;
const licences = `${LINK} type Shop @key(fields: "id") { id: ID! licence: String }`;
const { supergraphSdl = '' } = composeServices([
  { name: 'shops', url: 'http://shops', typeDefs: parse(shops) },
  { name: 'licences', url: 'http://licences', typeDefs: parse(licences) },
]);
/** Two subgraphs: a shop, and a licence that another one adds to it. */
const publication = await openPublication(supergraphSdl);

export const principal: Principal = {
  department: 'D' as DepartmentCode,
  departmentName: 'D',
  roles: ['CONSUMER'],
  operator: 'O',
  zone: 'EXTRANET',
};

export interface Heard {
  readonly question: ProviderQuestion;
  readonly listener: ProviderListener;
  isOpen: boolean;
}

/** What is in the test's hands: provider, clock, grants and ledger. */
export interface World {
  readonly heard: Heard[];
  readonly records: Disclosure[];
  readonly parts: BrokerParts;
  denied: ReadonlySet<string>;
  now: number;
  isLedgerDown: boolean;
  /** What is done while a provider is asked for the rest of an event. */
  whileAsked(): void;
  change(...denied: string[]): void;
}

export function createWorld(): World {
  const heard: Heard[] = [];
  const records: Disclosure[] = [];
  const listeners = new Set<() => void>();
  const world: World = {
    heard,
    records,
    denied: new Set(),
    now: 0,
    isLedgerDown: false,
    whileAsked: () => undefined,
    change(...denied: string[]) {
      world.denied = new Set(denied);
      for (const listener of listeners) listener();
    },
    parts: {
      publication,
      engine: createEngine(publication, planInProcess(supergraphSdl)),
      limits: {
        tokens: 1e4,
        depth: 50,
        aliases: 50,
        fields: 1e3,
        rootFields: 10,
        cost: 1e6,
        subjects: 1_000,
      },
      policy: {
        revision: 'test',
        entitle() {
          const { denied } = world;
          return {
            key: [...denied].join(),
            validUntil: Number.POSITIVE_INFINITY,
            decide: ({ coordinate }) =>
              denied.has(coordinate)
                ? { effect: 'DENY', code: 'GRANT_REQUIRED', policies: [] }
                : { effect: 'ALLOW', policies: [], grants: ['G' as GrantId] },
          };
        },
        onChange(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      ledger: {
        ...memoryLedger(() => 0),
        async append(disclosure) {
          if (world.isLedgerDown) throw new Error('disk');
          records.push(disclosure);
        },
      },
      hashes: {
        keys: { subjectKey: '', digestKey: '' },
        subject: String,
        gatherSubjects: () => new SubjectTable(String).gather(),
        operation: (hash) => hash,
        content: (_, content) => String(content),
      },
      maskFor: () => (value) => value,
      applyLink: () => '',
      async ask() {
        world.whileAsked();
        return { ok: true, body: Buffer.from('{"data":{"_entities":[{"licence":"L"}]}}') };
      },
      listen(question, listener) {
        const one: Heard = { question, listener, isOpen: true };
        heard.push(one);
        return () => {
          one.isOpen = false;
        };
      },
      subscriptions: { perDepartment: 2, queue: { events: 3, bytes: 1_000 } },
      defect: () => ({ code: 'INTERNAL_SERVER_ERROR', details: {} }),
      now: () => world.now,
      stage: (_, work) => work(),
    },
  };
  return world;
}

export const subscriber: Subscriber = { principal, expires: 1_000, standing: () => null };

/** Pushes a change of the shop to the provider's last listener, or to another. */
export function push(world: World, shop: object | null, at = -1): void {
  world.heard.at(at)?.listener.event(Buffer.from(JSON.stringify({ data: { shopChanged: shop } })));
}
