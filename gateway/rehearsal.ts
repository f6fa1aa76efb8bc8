import { assertValidSchema, buildASTSchema, Kind } from 'graphql';
import { type BrokerParts, createPlanners } from './broker/index.ts';
import type { Failure } from './errors.ts';
import { memoryLedger, NO_SUBJECTS } from './ledger/index.ts';
import type { Fault, Rehearse } from './registry/index.ts';
import type { Serving, ServingParts } from './serving.ts';
import { takeUp } from './taking-up.ts';
import type { DepartmentCode, Principal } from './words.ts';

/** A plan takes milliseconds. One operation that takes longer holds up nothing but itself. */
const PLAN_MS = 5_000;
const planners = createPlanners({ planMs: PLAN_MS, waitMs: 2 * PLAN_MS, buildMs: 30_000 });

/** Faults that are told of one publication: who mends these sees the others at the next check. */
const MOST_FAULTS = 10;

/**
 * Takes a publication up as instances do (`takeUp`), with everything allowed and nobody to ask, and puts operations to it: each is
 * admitted, guarded, planned, compiled and answered, but for what only providers could tell.
 */
export const rehearse: Rehearse = async ({ prepared, operations, probes }) => {
  // What is revived is taken to be valid.
  assertValidSchema(buildASTSchema({ kind: Kind.DOCUMENT, definitions: prepared.definitions }));
  const defects: unknown[] = [];
  const serving = await takeUp(
    prepared,
    () => NOWHERE,
    partsWith((error) => defects.push(error)),
  );
  try {
    const faults: Fault[] = [];
    for (const { text, name } of operations) {
      if (faults.length >= MOST_FAULTS) break;
      const start = performance.now();
      const fault = await put(serving, defects, text, name, null);
      if (performance.now() - start >= PLAN_MS) break; // It takes as long at the instances.
      // What is not valid is another finding's.
      if (fault?.isAdmitted) faults.push(fault);
    }
    for (const { text, coordinate } of probes(serving.publication.schema)) {
      if (faults.length >= MOST_FAULTS) break;
      // A field that fails fails its type too.
      if (faults.some((one) => one.coordinate?.startsWith(`${coordinate}.`))) continue;
      const fault = await put(serving, defects, text, null, coordinate);
      if (fault) faults.push(fault);
    }
    return faults;
  } finally {
    await serving.retire();
  }
};

async function put(
  { broker }: Serving,
  defects: unknown[],
  text: string,
  name: string | null,
  coordinate: string | null,
): Promise<Fault | null> {
  defects.length = 0;
  const fault = (isAdmitted: boolean, message: string): Fault => ({ coordinate, text, isAdmitted, message });
  try {
    const admission = broker.admit(text, name);
    if (!admission.ok) return fault(false, JSON.stringify(admission.failures[0]?.details ?? {}));
    const { declared, kind } = admission.operation.admitted;
    const needsValues = (declared.variableDefinitions ?? []).length > 0;
    if (needsValues || kind === 'subscription') await broker.warm(text, name, ANYBODY);
    else await broker.answer(admission.operation, {}, ANYBODY);
  } catch (error) {
    defects.push(error);
  }
  const [defect] = defects;
  if (defect === undefined) return null;
  const shown = text.replace(/\s+/g, ' ').slice(0, 200);
  return fault(true, `${defect instanceof Error ? firstLine(defect.message) : String(defect)} — ${shown}`);
}

/** A thread tells its errors with their stacks. */
function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 500) ?? '';
}

/** Nothing is sent there. */
const NOWHERE = 'http://rehearsal.invalid/';

const ANYBODY: Principal = {
  department: 'rehearsal' as DepartmentCode,
  departmentName: 'rehearsal',
  operator: 'rehearsal',
  roles: ['CONSUMER'],
  zone: 'EXTRANET',
};

const EVERYTHING = {
  key: 'rehearsal',
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ effect: 'ALLOW', policies: [], grants: [] }) as const,
};

const NO_HASHES: BrokerParts['hashes'] = {
  keys: { subjectKey: '', digestKey: '' },
  subject: String,
  gatherSubjects: () => NO_SUBJECTS,
  operation: (hash: string) => hash,
  content: () => '',
};

/** What an instance limits is another finding's. */
const LIMITS = {
  tokens: 100_000,
  depth: 1_000,
  aliases: 100_000,
  fields: 100_000,
  rootFields: 100_000,
  cost: Number.MAX_SAFE_INTEGER,
  subjects: Number.MAX_SAFE_INTEGER,
};

function partsWith(onDefect: (error: unknown) => void): ServingParts {
  const unavailable = { ok: false, code: 'PROVIDER_UNAVAILABLE', details: {} } as const;
  return {
    planners,
    connect: () => ({
      upstream: { send: async () => unavailable, close: async () => undefined },
      sockets: { open: () => () => undefined },
    }),
    isTrusted: () => true,
    onCalled: () => undefined,
    broker: {
      limits: LIMITS,
      policy: { revision: '', entitle: () => EVERYTHING, onChange: () => () => undefined },
      purposeByDefault: { use: 'WORK_REFERENCE', matter: 'rehearsal', onDenied: 'NULL' },
      ledger: memoryLedger(Date.now),
      now: Date.now,
      hashes: NO_HASHES,
      stage: (_, work) => work(),
      maskFor: () => (value) => value,
      applyLink: () => '',
      subscriptions: { perDepartment: 1, queue: { events: 1, bytes: 1 } },
      defect(error): Failure {
        onDefect(error);
        return { code: 'INTERNAL_SERVER_ERROR', details: {} };
      },
    },
  };
}
