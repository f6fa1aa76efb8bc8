import { z } from 'zod';
import { askAs } from '../ask.ts';
import { type Command, print, readOptions, UsageError } from '../command.ts';
import { table } from '../table.ts';

const Registered = z.object({
  code: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  status: z.string().nullable(),
  version: z.number().nullable(),
  approvedHosts: z.array(z.string()).nullable(),
});
type Registered = z.infer<typeof Registered>;
const FIELDS = 'code name roles status version approvedHosts';

const ACTING = {
  department: { type: 'string' },
  reason: { type: 'string' },
  'idempotency-key': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

async function list(as: string | undefined): Promise<readonly Registered[]> {
  const schema = z.object({ departments: z.array(Registered) });
  return (await askAs(as, `{ departments { ${FIELDS} } }`, {}, schema)).departments;
}

async function move(
  mutation: string,
  type: string,
  input: Readonly<Record<string, unknown>>,
  { as, isJson }: { readonly as: string | undefined; readonly isJson: boolean },
): Promise<number> {
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${FIELDS} } }`;
  const moved = (await askAs(as, query, { input }, z.record(z.string(), Registered)))[mutation];
  if (isJson) print(JSON.stringify(moved));
  else print(`${moved?.code}  ${moved?.name}  ${moved?.status}  ${(moved?.approvedHosts ?? []).join(' ')}`);
  return 0;
}

const listCommand: Command = {
  summary: '已登记的部门 the departments; the administrator also sees those that wait for approval',
  usage: 'liancha department list [--as <department>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      as: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const departments = await list(values.as);
    if (values.json) print(JSON.stringify(departments));
    else
      print(
        table(
          ['代码 code', '部门 department', '状态 status', '角色 roles', '批准的地址 approved hosts'],
          departments.map((one) => [
            one.code,
            one.name,
            one.status,
            one.roles.join(' '),
            (one.approvedHosts ?? []).join(' '),
          ]),
        ),
      );
    return 0;
  },
};

const registerCommand: Command = {
  summary: '登记部门（共享平台管理单位）registers a department',
  usage:
    'liancha department register --code <credit code> --name <名称> --name-en <name> --role PROVIDER [--role CONSUMER] --reason <text> [--as <administrator>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, {
      ...ACTING,
      as: { type: 'string' },
      code: { type: 'string' },
      name: { type: 'string' },
      'name-en': { type: 'string' },
      role: { type: 'string', multiple: true, default: [] },
    });
    const { code, name, role: roles, reason, as } = values;
    const nameEn = values['name-en'];
    if (code === undefined || name === undefined || nameEn === undefined || reason === undefined)
      throw new UsageError('--code, --name, --name-en, --reason 必填 are required');
    const input = { code, name, nameEn, roles, reason, idempotencyKey: values['idempotency-key'] };
    return move('registerDepartment', 'RegisterDepartmentInput', input, { as, isJson: values.json });
  },
};

const approveCommand: Command = {
  summary: '批准部门（共享平台管理单位）approves a department',
  usage: 'liancha department approve --code <credit code> --reason <text> [--as <administrator>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, { ...ACTING, as: { type: 'string' }, code: { type: 'string' } });
    const { code, reason, as } = values;
    if (code === undefined || reason === undefined)
      throw new UsageError('--code, --reason 必填 are required');
    const version = (await list(as)).find((one) => one.code === code)?.version ?? 0;
    const input = { code, version, reason, idempotencyKey: values['idempotency-key'] };
    return move('approveDepartment', 'ApproveDepartmentInput', input, { as, isJson: values.json });
  },
};

const approveUrlCommand: Command = {
  summary: '批准服务地址（共享平台管理单位）approves where a department may run its services',
  usage:
    'liancha department approve-url --department <credit code> --host <host[:port]> --reason <text> [--as <administrator>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, { ...ACTING, as: { type: 'string' }, host: { type: 'string' } });
    const { department, host, reason, as } = values;
    if (department === undefined || host === undefined || reason === undefined)
      throw new UsageError('--department, --host, --reason 必填 are required');
    const input = { department, host, reason, idempotencyKey: values['idempotency-key'] };
    return move('approveUrl', 'ApproveUrlInput', input, { as, isJson: values.json });
  },
};

/** `liancha department <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  approve: approveCommand,
  'approve-url': approveUrlCommand,
  list: listCommand,
  register: registerCommand,
};
