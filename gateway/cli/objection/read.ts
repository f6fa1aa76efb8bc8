import { z } from 'zod';
import { askAs, readOne } from '../ask.ts';
import { type Command, print, readOptions } from '../command.ts';
import { Moves, printMoves } from '../moves.ts';
import { quoted } from '../terminal.ts';

const Listed = z.object({
  objections: z.object({
    edges: z.array(
      z.object({
        node: z.object({
          id: z.string(),
          state: z.string(),
          coordinate: z.string(),
          consumer: z.object({ name: z.string() }),
          provider: z.object({ name: z.string() }),
          due: z.string().nullable(),
          isOverdue: z.boolean(),
        }),
      }),
    ),
  }),
});

export const listCommand: Command = {
  summary: '疑义清单 objections that the department raised or has to check',
  usage: 'liancha objection list [--state OPEN…] [--as <department>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      state: { type: 'string' },
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const query = `query ($state: ObjectionState) { objections(state: $state, first: 100) { edges { node {
      id state coordinate consumer { name } provider { name } due isOverdue } } } }`;
    const { objections } = await askAs(values.as, query, { state: values.state }, Listed);
    const nodes = objections.edges.map(({ node }) => node);
    if (values.json) print(JSON.stringify(nodes));
    else
      for (const one of nodes)
        print(
          `${one.id}  ${one.state.padEnd(10)} ${one.coordinate.padEnd(28)} ${one.consumer.name} → ${one.provider.name}  ${one.isOverdue ? '逾期 OVERDUE' : (one.due ?? '')}`,
        );
    return 0;
  },
};

const Shown = z.object({
  objection: z.looseObject({
    id: z.string(),
    state: z.string(),
    coordinate: z.string(),
    subject: z.string().nullable(),
    reason: z.string(),
    allowedMoves: z.array(z.string()),
    moves: Moves,
  }),
});

export const showCommand: Command = {
  summary: '一件疑义的全部 all of an objection',
  usage: 'liancha objection show <id> [--as <department>] [--json]',
  async run(parameters) {
    const { id, values } = readOne(parameters, '编号 id', {
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const query = `query ($id: ID!) { objection(id: $id) { id state version coordinate disclosure subject reason due
      isOverdue allowedMoves evidence { name type digest } moves { move department { name } note at } } }`;
    const { objection } = await askAs(values.as, query, { id }, Shown);
    if (values.json) print(JSON.stringify(objection));
    else {
      print(`${objection.id}  ${objection.state}  ${objection.coordinate}  ${objection.subject ?? '—'}`);
      print(quoted(objection.reason));
      printMoves(objection.moves, objection.allowedMoves);
    }
    return 0;
  },
};
