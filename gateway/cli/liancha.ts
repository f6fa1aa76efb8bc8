import { exportCatalogueCommand, searchCommand } from './catalogue/search.ts';
import { dueCommand } from './clock/due.ts';
import { type Command, UsageError } from './command.ts';
import { archiveCommand } from './ledger/archive.ts';
import { exportCommand } from './ledger/export.ts';
import { revealCommand } from './ledger/reveal.ts';
import { rotateCommand } from './ledger/rotate.ts';
import { verifyCommand } from './ledger/verify.ts';
import { checkCommand } from './subgraph/check.ts';
import { listCommand } from './subgraph/list.ts';

/** `liancha <topic> <verb>`: the command for everything that is not a query. */
const COMMANDS: Readonly<Record<string, Readonly<Record<string, Command>>>> = {
  catalogue: { export: exportCatalogueCommand, search: searchCommand },
  clock: { due: dueCommand },
  ledger: {
    archive: archiveCommand,
    export: exportCommand,
    reveal: revealCommand,
    'rotate-key': rotateCommand,
    verify: verifyCommand,
  },
  subgraph: { check: checkCommand, list: listCommand },
};

function help(): string {
  const lines = Object.entries(COMMANDS).flatMap(([topic, verbs]) =>
    Object.entries(verbs).map(([verb, { summary }]) => `  ${`${topic} ${verb}`.padEnd(20)}${summary}`),
  );
  return `用法 Usage: liancha <topic> <verb> [options]\n\n${lines.join('\n')}\n`;
}

async function main([topic = '', verb = '', ...parameters]: readonly string[]): Promise<number> {
  const command = COMMANDS[topic]?.[verb];
  if (!command) {
    const isHelp = topic === '--help' || topic === 'help';
    (isHelp ? process.stdout : process.stderr).write(help());
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
    process.stderr.write(`${message}\n${error instanceof UsageError ? `${command.usage}\n` : ''}`);
    return 2;
  }
}

// The output may be a pipe that is still being read: end by itself, not by `process.exit`.
process.exitCode = await main(process.argv.slice(2));
