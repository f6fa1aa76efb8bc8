import { type Answer, type Broker, digestOf } from '../../broker/index.ts';
import type { Failure } from '../../errors.ts';
import type { Principal } from '../../words.ts';
import type { Asked, Read } from './asked.ts';
import { NO_CHANGE } from './request.ts';

/** How an operation was served: `warm` when it was known already. */
export interface Answered {
  readonly door: 'warm' | 'general';
  readonly answer: Answer;
}

/** Answers one operation. */
export async function answerOperation(
  broker: Broker,
  { query, operationName, variables }: Asked,
  principal: Principal,
  mayChange: boolean,
): Promise<Answered> {
  const known = broker.known(query, operationName);
  if (known && mayChange) return { door: 'warm', answer: await broker.answer(known, variables, principal) };
  const admission = broker.admit(query, operationName);
  if (!admission.ok)
    return { door: 'general', answer: await broker.refuse(admission.hash, admission.failures, principal) };
  const { operation } = admission;
  const { kind, hash } = operation.admitted;
  const answer =
    kind === 'mutation' && !mayChange
      ? await broker.refuse(hash, [NO_CHANGE], principal)
      : await broker.answer(operation, variables, principal);
  return { door: 'general', answer };
}

/** Answers a batch, operation by operation, in its order. The schema is told once in it: it may be larger than all the rest. */
export function answerOperations(
  broker: Broker,
  operations: readonly Read[],
  principal: Principal,
): Promise<Answer[]> {
  let introspections = 0;
  return Promise.all(
    operations.map(async (read) => {
      if (!read.ok) return broker.refuse(digestOf(''), [read.failure], principal);
      const { query, operationName } = read.asked;
      const admission = broker.admit(query, operationName);
      if (admission.ok && admission.operation.admitted.introspects && ++introspections > 1)
        return broker.refuse(admission.operation.admitted.hash, [ONCE], principal);
      return (await answerOperation(broker, read.asked, principal, true)).answer;
    }),
  );
}

const ONCE: Failure = {
  code: 'OPERATION_TOO_COMPLEX',
  details: { what: 'introspection', actual: '> 1', limit: 1 },
};
