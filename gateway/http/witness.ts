import { type Witnessed, WitnessRequest } from '../ledger/index.ts';
import { callerOf } from './address.ts';
import { type Bodies, parseJson } from './body.ts';
import { type Handler, sendJson } from './router.ts';

/** What the routes need of the witness. */
export interface WitnessingLedger {
  see(request: WitnessRequest): Promise<Witnessed>;
}

const WITNESS_BYTES = 32_768;
const WITNESS_STATUS = {
  COSIGNED: 200,
  NOT_SIGNED: 403,
  UNKNOWN_LEDGER: 404,
  SEEN: 409,
  FORK: 422,
} as const satisfies Record<Witnessed['kind'], number>;

/** Another ledger hands over its head. Open to all: only heads that a watched ledger has signed are looked at. */
export function witnessRoute(witness: WitnessingLedger, bodies: Bodies): Handler {
  return async (request, response) => {
    const body = await bodies.read(request, response, WITNESS_BYTES, callerOf(request));
    if (body.ok) body.release();
    const parsed = WitnessRequest.safeParse(body.ok ? parseJson(body.bytes) : null);
    if (!parsed.success) return sendJson(response, 400, { kind: 'BAD_REQUEST' });
    const seen = await witness.see(parsed.data);
    sendJson(response, WITNESS_STATUS[seen.kind], seen);
  };
}
