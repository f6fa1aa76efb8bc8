import { z } from 'zod';
import { askAs, readOne } from '../ask.ts';
import { type Command, print, readOptions } from '../command.ts';
import { Moves, printMoves } from '../moves.ts';

const Named = z.object({ name: z.string() });
const Listed = z.object({
  consentRequests: z.object({
    edges: z.array(
      z.object({
        node: z.object({
          id: z.string(),
          state: z.string(),
          subgraph: z.string(),
          requester: Named,
          owner: Named,
          changes: z.array(z.object({ coordinate: z.string() })),
        }),
      }),
    ),
  }),
});

export const listCommand: Command = {
  summary: '同意请求清单 consents that the department asked for or has to answer',
  usage: 'liancha consent list [--state PENDING…] [--as <department>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      state: { type: 'string' },
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const query = `query ($state: ConsentState) { consentRequests(state: $state, first: 100) { edges { node {
      id state subgraph requester { name } owner { name } changes { coordinate } } } } }`;
    const { consentRequests } = await askAs(values.as, query, { state: values.state }, Listed);
    const nodes = consentRequests.edges.map(({ node }) => node);
    if (values.json) print(JSON.stringify(nodes));
    else
      for (const { id, state, subgraph, requester, owner, changes } of nodes) {
        const coordinates = [...new Set(changes.map(({ coordinate }) => coordinate))];
        const more = coordinates.length > 3 ? ` … (${coordinates.length})` : '';
        print(
          `${id}  ${state.padEnd(9)} ${requester.name} (${subgraph}) → ${owner.name}  ${coordinates.slice(0, 3).join(', ')}${more}`,
        );
      }
    return 0;
  },
};

const Shown = z.object({
  consentRequest: z.looseObject({
    id: z.string(),
    state: z.string(),
    subgraph: z.string(),
    requester: Named,
    owner: Named,
    reason: z.string().nullable(),
    changes: z.array(
      z.object({
        coordinate: z.string(),
        aspect: z.string(),
        property: z.string(),
        before: z.string().nullable(),
        after: z.string().nullable(),
      }),
    ),
    effect: z.object({ operations: z.number(), departments: z.array(Named) }).nullable(),
    allowedMoves: z.array(z.string()),
    moves: Moves,
  }),
});

export const showCommand: Command = {
  summary: '一件同意请求的全部 all of a consent: what changes, and what consumers would notice',
  usage: 'liancha consent show <id> [--as <department>] [--json]',
  async run(parameters) {
    const { id, values } = readOne(parameters, '编号 id', {
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const query = `query ($id: ID!) { consentRequest(id: $id) { id state version subgraph sdlDigest reason
      requester { name } owner { name } changes { coordinate aspect property before after }
      effect { operations departments { name } } allowedMoves moves { move department { name } note at } } }`;
    const { consentRequest: one } = await askAs(values.as, query, { id }, Shown);
    if (values.json) {
      print(JSON.stringify(one));
      return 0;
    }
    print(`${one.id}  ${one.state}  ${one.requester.name} (${one.subgraph}) → ${one.owner.name}`);
    if (one.reason !== null) print(one.reason);
    for (const { coordinate, aspect, property, before, after } of one.changes)
      print(`  ${aspect.padEnd(10)} ${coordinate} ${property}: ${before || '—'} → ${after || '—'}`);
    if (one.effect) {
      const departments = one.effect.departments.map(({ name }) => name).join('、') || '—';
      print(`影响 effect: ${one.effect.operations} 项近期查询 operations asked lately, ${departments}`);
    }
    printMoves(one.moves, one.allowedMoves);
    return 0;
  },
};
