import { parseArgs } from 'node:util';
import { type Command, parseOptions, print, readOptions, UsageError } from '../command.ts';
import { oneLine, quoted } from '../terminal.ts';
import { describeApplication, listApplications, showApplication } from './application.ts';

export const listApplicationsCommand: Command = {
  summary: '本部门提出的、向本部门提出的申请 applications that we have made or are asked in',
  usage:
    'liancha application list [--side APPLICANT|PROVIDER] [--state <STATE>] [--overdue] [--first <n>] [--after <cursor>] [--as <department>] [--json]',
  async run(parameters) {
    const text = { type: 'string' } as const;
    const values = readOptions(parameters, {
      side: text,
      state: text,
      overdue: { type: 'boolean' },
      first: text,
      after: text,
      as: text,
      json: { type: 'boolean', default: false },
    });
    const { edges, pageInfo } = await listApplications(values.as, {
      as: values.side,
      state: values.state,
      overdue: values.overdue,
      first: values.first === undefined ? undefined : Number(values.first),
      after: values.after,
    });
    const applications = edges.map(({ node }) => node);
    if (values.json) print(JSON.stringify({ applications, pageInfo }));
    else {
      for (const one of applications) print(describeApplication(one));
      if (pageInfo.hasNextPage) print(`--after ${pageInfo.endCursor}`);
    }
    return 0;
  },
};

export const showApplicationCommand: Command = {
  summary: '一件申请的全部内容与经过 an application with everything that has happened to it',
  usage: 'liancha application show <application or part> [--as <department>] [--json]',
  async run(parameters) {
    const { values, positionals } = parseOptions(() =>
      parseArgs({
        args: [...parameters],
        allowPositionals: true,
        options: { as: { type: 'string' }, json: { type: 'boolean', default: false } },
      }),
    );
    const [id] = positionals;
    if (id === undefined) throw new UsageError('请指明申请 name the application');
    const application = await showApplication(values.as, id);
    if (values.json) print(JSON.stringify(application));
    else {
      print(describeApplication(application));
      print(
        `  履职需要 duties:\n${quoted(application.duties)}\n  依据 legal basis:\n${quoted(application.legalBasis)}`,
      );
      for (const { history } of application.parts)
        for (const { at, move, to, department, operator, reason } of history)
          print(
            `  ${at}  ${move} → ${to}  ${department?.name ?? '平台 platform'} ${operator ?? ''}  ${oneLine(reason ?? '')}`.trimEnd(),
          );
    }
    return 0;
  },
};
