import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A subgraph that answers at once from memory, so that a benchmark measures the gateway and nothing else. */
export async function startStub(): Promise<{ readonly url: string; close(): void }> {
  const people = new Map(
    [10, 20, 5_000].map((size) => [size, Buffer.from(JSON.stringify({ data: { people: peopleOf(size) } }))]),
  );
  const one = Buffer.from(
    JSON.stringify({ data: { person: { __typename: 'Person', idNumber: '990101', name: '张三' } } }),
  );
  const entity = Buffer.from(
    JSON.stringify({ data: { _entities: [{ __typename: 'Person', maritalStatus: 'MARRIED' }] } }),
  );
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = text.includes('_entities')
        ? entitiesFor(text, entity)
        : text.includes('first:20')
          ? people.get(20)
          : text.includes('5000')
            ? people.get(5_000)
            : text.includes('people')
              ? people.get(10)
              : one;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body?.length ?? 0 });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.closeAllConnections() };
}

/** Answers entity fetches of the deep case: as many entities as were asked for, with what was selected of them. */
const answers = new Map<string, Buffer>();
function entitiesFor(text: string, single: Buffer): Buffer {
  const known = answers.get(text);
  if (known) return known;
  const { query, variables } = JSON.parse(text) as {
    query: string;
    variables: { representations: { __typename: string; idNumber?: string; uscc?: string }[] };
  };
  if (variables.representations.length < 2 && !query.includes('positions')) return single;
  const enterprise = (index: number) => ({
    __typename: 'Enterprise',
    uscc: `91990101MA00000${String(index % 7).padStart(2, '0')}U`,
    name: `企业${index % 7}`,
    status: 'ACTIVE',
  });
  const entities = variables.representations.map(({ __typename }, index) => {
    if (__typename === 'Enterprise')
      return { __typename, licences: [{ number: `L${index}`, type: '营业执照' }] };
    return {
      __typename,
      ...(query.includes('maritalStatus') && { maritalStatus: 'MARRIED' }),
      ...(query.includes('positions') && {
        positions: [0, 1].map((n) => ({ title: '董事', enterprise: enterprise(index + n) })),
      }),
      ...(query.includes('properties') && {
        properties: [{ unitNumber: `990102001001GB${index}`, area: 88.5, address: '云溪市' }],
      }),
    };
  });
  const body = Buffer.from(JSON.stringify({ data: { _entities: entities } }));
  answers.set(text, body);
  return body;
}

function peopleOf(size: number) {
  const node = (index: number) => ({
    ...(size === 20 && { __typename: 'Person' }), // asked for where entities are to be fetched
    name: `张三${index}`,
    displayName: `张三${index}`,
    gender: index % 2 === 0 ? 'MALE' : 'FEMALE',
    birthDate: '1990-01-01',
    residenceRegion: '990101',
    idNumber: `990101199001010${String(index).padStart(3, '0')}`,
  });
  return { edges: Array.from({ length: size }, (_, index) => ({ node: node(index) })) };
}
