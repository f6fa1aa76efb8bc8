import { type Command, UsageError } from './command.ts';
import { endWithReader, showable } from './terminal.ts';

type Topic = () => Promise<{ readonly commands: Readonly<Record<string, Command>> }>;

/** `liancha <topic> <verb>`: the command for everything that is not a query. Only the topic that is asked for is loaded. */
const TOPICS: Readonly<Record<string, Topic>> = {
  application: () => import('./application/index.ts'),
  catalogue: () => import('./catalogue/index.ts'),
  clock: () => import('./clock/index.ts'),
  consent: () => import('./consent/index.ts'),
  department: () => import('./department/index.ts'),
  finding: () => import('./finding/index.ts'),
  grant: () => import('./grant/index.ts'),
  ledger: () => import('./ledger/index.ts'),
  matter: () => import('./matter/index.ts'),
  objection: () => import('./objection/index.ts'),
  publication: () => import('./publication/index.ts'),
  subgraph: () => import('./subgraph/index.ts'),
  webhook: () => import('./webhook/index.ts'),
};

async function help(): Promise<string> {
  const topics = await Promise.all(
    Object.entries(TOPICS).map(async ([topic, load]) => ({ topic, ...(await load()) })),
  );
  const lines = topics.flatMap(({ topic, commands }) =>
    Object.entries(commands).map(([verb, { summary }]) => `  ${`${topic} ${verb}`.padEnd(26)}${summary}`),
  );
  const { loginCommand } = await import('./login/index.ts');
  lines.push(`  ${'login'.padEnd(26)}${loginCommand.summary}`);
  return `用法 Usage: liancha <topic> <verb> [options]\n\n${lines.join('\n')}\n`;
}

/** The command, and what is left for it: a verb of a topic, or `login`, which is a topic without any. */
async function find([topic = '', ...rest]: readonly string[]) {
  if (topic === 'login')
    return { command: (await import('./login/index.ts')).loginCommand, parameters: rest };
  const [verb = '', ...parameters] = rest;
  return { command: (await TOPICS[topic]?.())?.commands[verb], parameters };
}

async function main(words: readonly string[]): Promise<number> {
  const [topic = ''] = words;
  const { command, parameters } = await find(words);
  if (!command) {
    const isHelp = topic === '--help' || topic === 'help';
    (isHelp ? process.stdout : process.stderr).write(await help());
    return isHelp ? 0 : 2;
  }
  if (parameters.includes('--help')) {
    process.stdout.write(`${command.summary}\n${command.usage}\n`);
    return 0;
  }
  try {
    return await command.run(parameters);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${showable(message)}\n${error instanceof UsageError ? `${command.usage}\n` : ''}`);
    return 2;
  }
}

endWithReader(process.stdout);
// The output may be a pipe that is still being read: end by itself, not by `process.exit`.
process.exitCode = await main(process.argv.slice(2));
