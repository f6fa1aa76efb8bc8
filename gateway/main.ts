import { loadConfiguration } from './config.ts';
import { demonstrationSettings } from './demonstration.ts';
import { projectRoot } from './files.ts';
import { startGateway } from './gateway.ts';

/** The gateway as a process: configuration, parts, listen, and an orderly end. */
const isDemonstration = process.argv.includes('--demonstration');
const root = projectRoot();

try {
  const overrides = isDemonstration ? demonstrationSettings(root, process.env) : {};
  const gateway = await startGateway(loadConfiguration(process.env, root, overrides));
  process.stdout.write(await gateway.greeting());
  const stop = (): void => {
    gateway.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  // `disconnect`: whoever started us is gone.
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(event, stop);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
