import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Answer, purpose, REGISTRATION, type System, startSystem } from '../e2e/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ settings: { limits: { requestsPerMinute: 100_000 } } });
});
afterAll(() => system.close());
beforeEach(() => {
  system.received.length = 0;
});

const code = (answer: Answer): unknown => answer.errors[0]?.extensions.code;
const nothingAsked = (): void => expect(system.received).toEqual([]);
const person = (selection: string): string =>
  `query ${purpose()} { person(idNumber: "990101") { ${selection} } }`;

test.each([
  ['a body that is not JSON', '{"query":', 400, 'BAD_USER_INPUT'],
  ['an empty body', '', 400, 'BAD_USER_INPUT'],
  ['a body without a query', '{}', 400, 'BAD_USER_INPUT'],
  ['a query that is no text', '{"query":1}', 400, 'BAD_USER_INPUT'],
  ['a syntax error', JSON.stringify({ query: '{' }), 200, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', JSON.stringify({ query: '{ nowhere }' }), 200, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'an unknown use',
    JSON.stringify({ query: '{ __typename }'.replace('{', 'query @purpose(use: SALE, matter: "x") {') }),
    200,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'an unknown operation',
    JSON.stringify({ query: 'query A { __typename }', operationName: 'B' }),
    200,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'an unknown directive',
    JSON.stringify({ query: '{ __typename @defer }' }),
    200,
    'GRAPHQL_VALIDATION_FAILED',
  ],
])('%s', async (_, body, status, expected) => {
  const answer = await system.post(body);
  expect([answer.status, code(answer)]).toEqual([status, expected]);
  expect(answer.extensions.receipt?.id).toEqual(expect.any(String));
  nothingAsked();
});

test('with the media type of GraphQL responses, what was not executed has a status of its own', async () => {
  const headers = { accept: 'application/graphql-response+json' };
  expect((await system.post(JSON.stringify({ query: '{' }), { headers })).status).toBe(400);
  const query = '{ person(idNumber: "1") { name } }';
  expect((await system.post(JSON.stringify({ query }), { headers })).status).toBe(400);
  expect((await system.post(JSON.stringify({ query }), { headers })).status).toBe(400); // warm
});

test.each([
  ['of a wrong type', { id: { a: 1 } }],
  ['that is missing', {}],
  ['that is a list', { id: ['a', 'b'] }],
])('a variable %s', async (_, variables) => {
  const query = `query ($id: ID!) ${purpose()} { person(idNumber: $id) { name } }`;
  const answer = await system.ask(query, { variables });
  expect(code(answer)).toBe('BAD_USER_INPUT');
  nothingAsked();
});

test('a variable’s value is not repeated in the error', async () => {
  const query = `query ($first: Int) ${purpose()} { people(first: $first) { edges { cursor } } }`;
  const answer = await system.ask(query, { variables: { first: 'secret-value-13800' } });
  expect(JSON.stringify(answer)).not.toContain('secret-value');
});

test('a request of 5 MB', async () => {
  const answer = await system.post(JSON.stringify({ query: `{ __typename } #${'x'.repeat(5_000_000)}` }));
  expect([answer.status, code(answer)]).toEqual([413, 'REQUEST_TOO_LARGE']);
  nothingAsked();
});

test('a body that never says how long it is', async () => {
  const token = await system.tokenOf(REGISTRATION);
  const status = await new Promise<number | string>((resolve) => {
    const sending = request(`${system.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'transfer-encoding': 'chunked',
      },
    });
    sending.on('response', (response) => resolve(response.statusCode ?? 0));
    sending.on('error', (error) => resolve(error.message));
    const chunk = Buffer.alloc(65_536, 'x');
    const write = (left: number): void => {
      if (left > 0 && !sending.destroyed) sending.write(chunk, () => write(left - 1));
    };
    write(64);
  });
  expect(status).toBe(413);
});

test.each([
  [
    '10,000 aliases',
    person(Array.from({ length: 10_000 }, (_, index) => `a${index}: name`).join(' ')),
    'OPERATION_TOO_COMPLEX',
  ],
  [
    '60 aliases',
    person(Array.from({ length: 60 }, (_, index) => `a${index}: name`).join(' ')),
    'OPERATION_TOO_COMPLEX',
  ],
  ['depth', person(`${'spouse { '.repeat(20)}name${' }'.repeat(20)}`), 'OPERATION_TOO_COMPLEX'],
  [
    'cost',
    `query ${purpose()} { people(first: 5000) { edges { node { properties { owners { ... on Person { name } } } } } } }`,
    'OPERATION_TOO_COMPLEX',
  ],
  [
    'a cycle of fragments',
    `query ${purpose()} { person(idNumber: "1") { ...A } } fragment A on Person { ...B } fragment B on Person { ...A }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'a bomb of fragments',
    `query ${purpose()} { person(idNumber: "1") { ...F0 } } ${Array.from({ length: 30 }, (_, index) => `fragment F${index} on Person { ...F${index + 1} ...F${index + 1} }`).join(' ')} fragment F30 on Person { name }`,
    'OPERATION_TOO_COMPLEX',
  ],
  [
    'many root fields',
    `query ${purpose()} { ${Array.from({ length: 30 }, () => 'person(idNumber: "1") { name }').join(' ')} }`,
    'OPERATION_TOO_COMPLEX',
  ],
])('%s', async (_, query, expected) => {
  const answer = await system.ask(query);
  expect(code(answer)).toBe(expected);
  nothingAsked();
});

test('a list size that a variable gives counts', async () => {
  const query = `query ($first: Int) ${purpose()} { people(first: $first) { edges { node { licences { number } positions { title } } } } }`;
  expect((await system.ask(query, { variables: { first: 2 } })).errors).toEqual([]);
  system.received.length = 0;
  expect(code(await system.ask(query, { variables: { first: 4_000 } }))).toBe('OPERATION_TOO_COMPLEX');
  nothingAsked();
});

test('a batch of more operations than are allowed', async () => {
  const answer = await system.post(
    JSON.stringify(Array.from({ length: 11 }, () => ({ query: '{ __typename }' }))),
  );
  expect(code(answer)).toBe('OPERATION_TOO_COMPLEX');
});

test('a batch is answered operation by operation, each with its own receipt', async () => {
  const { data } = await system.post(
    JSON.stringify([{ query: '{ __typename }' }, { query: person('name') }, { query: '{ nowhere }' }]),
  );
  expect(data).toHaveLength(3);
  const receipts = new Set(data.map((one: Answer) => one.extensions.receipt?.id));
  expect(receipts.size).toBe(3);
});

test('a mutation over GET is refused', async () => {
  const token = await system.tokenOf(REGISTRATION);
  const query = `mutation ${purpose()} { reportDiscrepancy(subject: "1", coordinate: "x", note: "x") { id } }`;
  const response = await fetch(`${system.url}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': 'true' },
  });
  expect(response.status).toBe(405);
  nothingAsked();
});

test('a department that asks too often is told when to come back', async () => {
  const strict = await startSystem({ settings: { limits: { requestsPerMinute: 3 } } });
  try {
    const answers = [];
    for (let index = 0; index < 5; index++) answers.push(await strict.ask('{ __typename }'));
    expect(answers.map((one) => one.status)).toEqual([200, 200, 200, 429, 429]);
    expect(code(answers[4]!)).toBe('QUOTA_EXCEEDED');
  } finally {
    await strict.close();
  }
});
