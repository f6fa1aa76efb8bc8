import { z } from 'zod';
import { askAs, readOne } from '../ask.ts';
import { type Command, print, readOptions } from '../command.ts';
import { Moves, printMoves } from '../moves.ts';
import { quoted } from '../terminal.ts';

const Finding = z.object({
  id: z.string(),
  state: z.string(),
  breach: z.string(),
  department: z.object({ name: z.string() }),
  openedBy: z.string(),
  notice: z.string(),
  due: z.string(),
  isOverdue: z.boolean(),
});
const Listed = z.object({ findings: z.object({ edges: z.array(z.object({ node: Finding })) }) });
const FIELDS = 'id state breach department { name } openedBy notice due isOverdue';

export const listCommand: Command = {
  summary: '整改清单 findings on the department, or that it opened',
  usage: 'liancha finding list [--state OPEN…] [--as <department>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      state: { type: 'string' },
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const query = `query ($state: FindingState) { findings(state: $state, first: 100) { edges { node { ${FIELDS} } } } }`;
    const { findings } = await askAs(values.as, query, { state: values.state }, Listed);
    const nodes = findings.edges.map(({ node }) => node);
    if (values.json) print(JSON.stringify(nodes));
    else
      for (const one of nodes)
        print(
          `${one.id}  ${one.state.padEnd(10)} ${one.breach.padEnd(30)} ${one.department.name}  ${one.isOverdue ? '逾期 OVERDUE' : one.due}`,
        );
    return 0;
  },
};

const Shown = z.object({
  finding: Finding.extend({
    version: z.number(),
    evidence: z.string(),
    allowedMoves: z.array(z.string()),
    moves: Moves,
  }),
});

export const showCommand: Command = {
  summary: '一件整改的全部 all of a finding',
  usage: 'liancha finding show <id> [--as <department>] [--json]',
  async run(parameters) {
    const { id, values } = readOne(parameters, '编号 id', {
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const query = `query ($id: ID!) { finding(id: $id) { ${FIELDS} version evidence allowedMoves
      moves { move department { name } note at } } }`;
    const { finding } = await askAs(values.as, query, { id }, Shown);
    if (values.json) print(JSON.stringify(finding));
    else {
      print(`${finding.id}  ${finding.state}  ${finding.breach}  ${finding.department.name}  ${finding.due}`);
      print(quoted(finding.notice));
      print(quoted(finding.evidence));
      printMoves(finding.moves, finding.allowedMoves);
    }
    return 0;
  },
};
