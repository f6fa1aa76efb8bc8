import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { DemonstrationIssuer, DepartmentDirectory } from '../identity/index.ts';
import { DOORS, hasRole } from '../roles.ts';
import type { Zone } from '../words.ts';
import { callerOf } from './address.ts';
import { type Bodies, parseJson } from './body.ts';
import { serveExplorer } from './explorer/explorer.ts';
import { createRouter, type Handler, sendBytes, sendJson } from './router.ts';
import { type WitnessingLedger, witnessRoute } from './witness.ts';

export interface RouteParts {
  readonly graphql: Handler;
  readonly bodies: Bodies;
  /** Reasons, as codes, for which it is not ready to answer; none when it is. */
  whyNotReady(): readonly string[];
  /** Numbers of the publication that is served, and of one that could not be taken up. */
  publication(): { readonly served: number; readonly failed: number | null };
  jwks(): unknown;
  metrics(): Promise<string>;
  readonly ledger: ProvingLedger;
  readonly witness: WitnessingLedger;
  readonly exchange: Handler;
  /** Routes of the catalogue's files. */
  readonly catalogue: Readonly<Record<string, Handler>>;
  /** Root of the project, where the explorer was built. */
  readonly root: string;
  readonly demonstration: Demonstration | null;
}

interface Demonstration {
  readonly issuer: DemonstrationIssuer;
  readonly departments: DepartmentDirectory;
  readonly zone: Zone;
}

/** Everything that the gateway answers over HTTP, by path. */
export function createRoutes(parts: RouteParts): Handler {
  const routes: Record<string, Handler> = {
    '* /graphql': parts.graphql,
    '* /exchange': parts.exchange,
    ...parts.catalogue,
    'GET /health/live': (_, response) => sendJson(response, 200, { status: 'live' }),
    'GET /health/ready': (_, response) => {
      const reasons = parts.whyNotReady();
      if (reasons.length > 0) return sendJson(response, 503, { status: 'not ready', reasons });
      const { served, failed } = parts.publication();
      sendJson(
        response,
        200, // What is served works.
        failed === null
          ? { status: 'ready' }
          : { status: 'degraded', reason: 'PUBLICATION_NOT_TAKEN_UP', publication: served, failed },
      );
    },
    'GET /metrics': async (_, response) => {
      sendBytes(
        response,
        200,
        'text/plain; version=0.0.4; charset=utf-8',
        Buffer.from(await parts.metrics()),
      );
    },
    ...ledgerRoutes(parts.ledger),
    'POST /ledger/witness': witnessRoute(parts.witness, parts.bodies),
    'GET /.well-known/jwks.json': (_, response) => sendJson(response, 200, parts.jwks()),
    ...(parts.demonstration && demonstrationRoutes(parts.demonstration, parts.bodies)),
  };
  return createRouter(routes, serveExplorer(parts.root));
}

/** What the routes need of the ledger: proofs, which hold nothing but hashes. */
export interface ProvingLedger {
  readonly head: unknown;
  prove(id: string): Promise<unknown>;
  proveConsistency(first: number, second: number): readonly string[] | null;
}

/** Heads and proofs, for whoever holds a receipt or keeps heads as a witness. */
function ledgerRoutes(ledger: ProvingLedger): Record<string, Handler> {
  const sendFound = (response: ServerResponse, found: unknown): void =>
    found === null ? sendJson(response, 404, { error: '未找到 not found' }) : sendJson(response, 200, found);
  return {
    'GET /ledger/head': (_, response) => sendFound(response, ledger.head),
    'GET /ledger/proof': async (_, response, url) =>
      sendFound(response, await ledger.prove(url.searchParams.get('id') ?? '')),
    'GET /ledger/consistency': (_, response, url) => {
      const [first, second] = ['first', 'second'].map((name) => Number(url.searchParams.get(name)));
      const path = ledger.proveConsistency(first ?? 0, second ?? 0);
      sendFound(response, path && { first, second, path });
    },
  };
}

/** What the open gateway answers: queries, and whether it is there. */
export function createOpenRoutes(graphql: RouteParts['graphql']): Handler {
  const routes: Record<string, Handler> = {
    '* /graphql': graphql,
    'GET /health/live': (_, response) => sendJson(response, 200, { status: 'live' }),
    'GET /health/ready': (_, response) => sendJson(response, 200, { status: 'ready' }),
  };
  return createRouter(routes, (_, response) => sendJson(response, 404, { error: 'POST /graphql' }));
}

const TokenRequest = z.object({ department: z.string() });
const LIFETIME_SECONDS = 3_600;

/** Lets the explorer pick a department. Exists in the demonstration only. */
function demonstrationRoutes(
  { issuer, departments, zone }: Demonstration,
  bodies: Bodies,
): Record<string, Handler> {
  return {
    'GET /demonstration/departments': (_, response) =>
      sendJson(
        response,
        200,
        departments.all().map((one) => {
          const { code, name, nameEn, subgraph } = one;
          // The explorer asks for data, which not every department may.
          return { code, name, nameEn, subgraph, mayAsk: hasRole(one, DOORS.query) };
        }),
      ),
    'POST /demonstration/token': async (request, response) => {
      const body = await bodies.read(request, response, 10_000, callerOf(request));
      if (body.ok) body.release();
      const parsed = TokenRequest.safeParse(body.ok ? parseJson(body.bytes) : null);
      const department = parsed.success ? departments.byCode(parsed.data.department) : undefined;
      if (!department)
        return sendJson(response, 400, { error: '部门未登记 the department is not registered' });
      const token = await issuer.issue({
        department: department.code,
        operator: 'explorer',
        zone,
        lifetimeSeconds: LIFETIME_SECONDS,
      });
      sendJson(response, 200, { token });
    },
  };
}
