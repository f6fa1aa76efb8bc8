import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FieldNode, Kind, parse, type SelectionSetNode } from 'graphql';

/** A field that a provider is asked for, and the key under which. */
export interface AskedField {
  readonly name: string;
  readonly key: string;
  readonly node: FieldNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What a provider says for a field of an object; for a field with a selection, objects whose fields it is asked for in turn. */
export type Says = (asked: AskedField, object: Readonly<Record<string, unknown>>) => unknown;

/** A provider's server that answers whatever it likes: each field as `says` has it, under whichever key it is asked. */
export async function startAnswering() {
  const bodies: string[] = [];
  let says: Says = () => null;
  const answer = (
    set: SelectionSetNode,
    object: Readonly<Record<string, unknown>>,
    variables: Readonly<Record<string, unknown>>,
  ): Record<string, unknown> => {
    const answered: Record<string, unknown> = {};
    for (const one of set.selections) {
      if (one.kind === Kind.INLINE_FRAGMENT) {
        const type = one.typeCondition?.name.value;
        if (type === undefined || object.__typename === undefined || type === object.__typename)
          Object.assign(answered, answer(one.selectionSet, object, variables));
      }
      if (one.kind !== Kind.FIELD) continue;
      const name = one.name.value;
      const key = one.alias?.value ?? name;
      const said = says({ name, key, node: one, variables }, object);
      const { selectionSet } = one;
      const inner = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(inner);
        return typeof value === 'object' && value !== null && selectionSet
          ? answer(selectionSet, value as Record<string, unknown>, variables)
          : value;
      };
      if (said !== undefined) answered[key] = inner(said);
    }
    return answered;
  };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      bodies.push(body);
      const { query, variables = {} } = JSON.parse(body);
      const [operation] = parse(query).definitions;
      const data =
        operation?.kind === Kind.OPERATION_DEFINITION ? answer(operation.selectionSet, {}, variables) : null;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** What it was asked, in order. */
    bodies,
    says(next: Says) {
      says = next;
      bodies.length = 0;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
