import { z } from 'zod';
import { askExchange, gatewayUrl, login } from '../client.ts';
import { print } from '../command.ts';
import { withProgress } from '../progress.ts';

export const Finding = z.object({
  code: z.string(),
  coordinate: z.string().nullable(),
  article: z.string().nullable(),
  message: z.string(),
});

export const Change = z.object({
  criticality: z.string(),
  coordinate: z.string().nullable(),
  message: z.string(),
});

const Report = z.object({
  ok: z.boolean(),
  findings: z.array(Finding),
  diff: z.array(Change),
  version: z.object({ number: z.number() }).nullable(),
  publication: z.object({ id: z.string(), number: z.number() }).nullable(),
});

const FIELDS = `ok findings { code coordinate article message } diff { criticality coordinate message }
  version { number } publication { id number }`;

/** Options of every command that changes what is live. */
export const CHANGING = {
  reason: { type: 'string' },
  department: { type: 'string' },
  'idempotency-key': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** Carries out one mutation of publishing and tells what it came to. Returns the exit code. */
export async function change(
  mutation: string,
  type: string,
  input: Readonly<Record<string, unknown>>,
  { name, department, isJson }: { name: string; department: string | undefined; isJson: boolean },
): Promise<number> {
  const gateway = gatewayUrl(process.env);
  const token = await login(process.env, gateway, { subgraph: name, ...(department && { department }) });
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${FIELDS} } }`;
  const asking = askExchange(gateway, token, query, { input }, z.record(z.string(), Report));
  const report = (await withProgress(`${name}：办理中 under way…`, asking))[mutation];
  if (!report) throw new Error(`${mutation}: 没有结果 no result`);
  if (isJson) print(JSON.stringify(report));
  else if (report.ok) tell(name, report);
  else {
    printFindings(report.findings);
    print(
      `\n${name}：${report.findings.length} 处须改正，在线的未变 to be mended; what is live has not changed`,
    );
  }
  return report.ok ? 0 : 1;
}

function tell(name: string, { version, publication, diff }: z.infer<typeof Report>): void {
  for (const one of diff) print(`  ${one.criticality.padEnd(13)} ${one.message}`);
  const what = version ? ` 第 ${version.number} 版 version ${version.number}` : '';
  print(
    publication
      ? `${name}${what}：已上线，第 ${publication.number} 次发布 live, publication ${publication.number}`
      : `${name}${what}：已留存，待上线 kept, waits for: liancha subgraph promote --name ${name} --version ${version?.number ?? ''}`,
  );
}

export function printFindings(findings: readonly z.infer<typeof Finding>[]): void {
  for (const one of findings)
    print(`${one.code}  ${one.coordinate ?? '—'}  ${one.article ?? ''}\n  ${one.message}`);
}
