import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readDepartments } from './identity/index.ts';

const Running = z.array(z.object({ name: z.string(), url: z.url() }));

/** Settings of the demonstration: the city's providers, where `LIANCHA_PROVIDERS` says that they run. */
export function demonstrationSettings(root: string, environment: NodeJS.ProcessEnv): Record<string, unknown> {
  if (environment.NODE_ENV === 'production') {
    throw new Error(
      '演示模式不得用于生产环境（NODE_ENV=production）。\n' +
        'The demonstration is refused when NODE_ENV=production. Start gateway/main without --demonstration.',
    );
  }
  const providers = Running.parse(JSON.parse(environment.LIANCHA_PROVIDERS ?? '[]'));
  const departments = readDepartments(join(root, 'schema', 'departments.json'));
  const subgraphs = departments.all().flatMap(({ code, subgraph }) => {
    const running = providers.find((one) => one.name === subgraph);
    return running
      ? [
          {
            name: running.name,
            url: running.url,
            department: code,
            schema: `subgraphs/${running.name}/schema.graphql`,
          },
        ]
      : [];
  });
  if (subgraphs.length === 0)
    throw new Error('LIANCHA_PROVIDERS names no provider: start the demonstration with `npm start`');
  return { demonstration: true, subgraphs };
}

/** Throws when whoever reaches the gateway from another machine would get an administrator's token, and nobody has said that this is meant. */
export function refuseUnmeantPublicity({
  demonstration,
  publicDemonstration,
  host,
}: {
  readonly demonstration: boolean;
  readonly publicDemonstration: boolean;
  readonly host: string;
}): void {
  if (!demonstration || publicDemonstration || isLoopback(host)) return;
  throw new Error(
    `演示模式将在 ${host || '所有地址'} 上向任何来访者签发任一部门（含平台管理单位）的令牌。若确需如此，请加 --public，或设 PUBLIC_DEMONSTRATION=yes。\n` +
      `On ${host || 'every address'} the demonstration would give a token of any department, the administrator's included, to whoever asks. If that is meant, add --public or set PUBLIC_DEMONSTRATION=yes.`,
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Persons, a company and a property of the demonstration city that examples ask about. */
export interface Examples {
  readonly person: string;
  readonly enterprise: string;
  readonly property: string;
}

export function readExamples(root: string): Examples {
  return z
    .object({ person: z.string(), enterprise: z.string(), property: z.string() })
    .parse(JSON.parse(readFileSync(join(root, 'schema', 'examples.json'), 'utf8')));
}
