import { readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createBudget } from '../../gateway/exchange/door/budget.ts';
import { type Caller, joinResolvers } from '../../gateway/exchange/module.ts';
import { hasRole, OPERATIONS, ROLES, type Role } from '../../gateway/roles.ts';

/** Each business adds its own part to the root types. */
const operations = parse(readFileSync('schema/exchange.graphql', 'utf8')).definitions.flatMap((one) =>
  (one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.OBJECT_TYPE_EXTENSION) &&
  ['Query', 'Mutation', 'Subscription'].includes(one.name.value)
    ? (one.fields ?? []).map((field) => `${one.name.value}.${field.name.value}`)
    : [],
);

function callerWith(roles: readonly Role[]): Caller {
  const code = '11990101MB0000013G' as Caller['principal']['department'];
  const department = { code, name: 'd', nameEn: 'd', subgraph: null, roles: [...roles] };
  const principal = {
    department: code,
    departmentName: 'd',
    roles,
    operator: 'o',
    zone: 'EXTRANET',
  } as const;
  return { principal, department, language: 'en', budget: createBudget() };
}

/** All that is looked at of it: the field's arguments, of which there are none. */
const INFO = { parentType: { getFields: () => ({}) } };

/** Calls an operation whose business would do whatever it is asked. */
function call(operation: string, roles: readonly Role[]): Promise<unknown> {
  const [type = '', field = ''] = operation.split('.');
  const parts = { onDefect: () => undefined, checkInput: () => undefined };
  const resolvers = joinResolvers([{ [type]: { [field]: () => 'done' } }], parts);
  const resolver = resolvers[type]?.[field];
  if (!resolver) throw new Error(`${operation} is not there`);
  return Promise.resolve(resolver({}, {}, callerWith(roles), INFO as never));
}

test('every operation of the exchange has a row in the table of roles, and every row is an operation', () => {
  expect(Object.keys(OPERATIONS).sort()).toEqual(operations.sort());
});

describe.each(operations)('%s', (operation) => {
  test.each(ROLES)('is done for %s only where the table says so', async (role) => {
    const answer = call(operation, [role]);
    if (OPERATIONS[operation]?.includes(role)) expect(await answer).toBe('done');
    else await expect(answer).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  test('is done for nobody without a role', async () => {
    await expect(call(operation, [])).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });
});

test('an operation without a row is refused to everybody', async () => {
  for (const name of ['Query.unheardOf', 'Mutation.unheardOf', 'Subscription.anything'])
    await expect(call(name, ROLES)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN', who: '—' } });
});

test('an auditor opens rectification cases, and moves nothing in the business of others', () => {
  const own = ['addWebhook', 'removeWebhook', 'redeliver', 'openFinding', 'answerFinding'].map(
    (one) => `Mutation.${one}`,
  );
  const changing = operations.filter(
    (one) => one.startsWith('Mutation.') && hasRole({ roles: ['AUDITOR'] }, OPERATIONS[one] ?? []),
  );
  expect(changing.sort()).toEqual(own.sort());
});

test('a refusal says who may', async () => {
  await expect(call('Mutation.approveDepartment', ['CONSUMER'])).rejects.toMatchObject({
    extensions: { what: 'approveDepartment', who: 'PLATFORM_ADMINISTRATOR' },
  });
});
