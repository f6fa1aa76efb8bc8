import { type Command, readOptions, UsageError } from '../command.ts';
import { CHANGING, change } from './report.ts';

/** A number of a version as an option gives it. */
export function numberOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${option}: 版本号 the number of a version`);
  return Number(text);
}

export const promoteCommand: Command = {
  summary: '上线已留存的版本 puts a version live that waits',
  usage:
    'liancha subgraph promote --name <name> --version <n> [--reason <text>] [--force] [--department <code>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      ...CHANGING,
      name: { type: 'string' },
      version: { type: 'string' },
      force: { type: 'boolean', default: false },
    });
    const { name, reason, force, department } = values;
    const version = numberOf(values.version, '--version');
    if (name === undefined || version === undefined)
      throw new UsageError('--name, --version 必填 are required');
    const input = { name, version, reason, force, idempotencyKey: values['idempotency-key'] };
    return change('promoteSubgraph', 'PromoteSubgraphInput', input, {
      name,
      department,
      isJson: values.json,
    });
  },
};

export const rollbackCommand: Command = {
  summary: '退回到之前的版本 goes back to the version that was live before',
  usage: [
    'liancha subgraph rollback --name <name> [--version <n>] --reason <text> [--department <code>] [--json]',
    'liancha subgraph rollback --all [--publication <id>] --reason <text> [--department <administrator>] [--json]',
    '  --all  退回整个发布（共享平台管理单位）everything goes back (the platform administrator)',
  ].join('\n'),
  async run(parameters) {
    const values = readOptions(parameters, {
      ...CHANGING,
      name: { type: 'string' },
      version: { type: 'string' },
      publication: { type: 'string' },
      all: { type: 'boolean', default: false },
    });
    const { name, publication, reason, all, department } = values;
    if (reason === undefined || (name === undefined) !== all)
      throw new UsageError(
        '--reason 以及 --name 或 --all 必填 --reason and either --name or --all are required',
      );
    const version = numberOf(values.version, '--version');
    const input = { subgraph: name, version, publication, reason, idempotencyKey: values['idempotency-key'] };
    const as = { name: name ?? '全部 all', department, isJson: values.json };
    return change('rollBack', 'RollBackInput', input, as);
  },
};

export const retireCommand: Command = {
  summary: '停用子图 takes a subgraph out of what is live',
  usage: 'liancha subgraph retire --name <name> --reason <text> [--force] [--department <code>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      ...CHANGING,
      name: { type: 'string' },
      force: { type: 'boolean', default: false },
    });
    const { name, reason, force, department } = values;
    if (name === undefined || reason === undefined)
      throw new UsageError('--name, --reason 必填 are required');
    const input = { name, reason, force, idempotencyKey: values['idempotency-key'] };
    return change('retireSubgraph', 'RetireSubgraphInput', input, { name, department, isJson: values.json });
  },
};
