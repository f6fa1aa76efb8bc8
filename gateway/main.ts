import { parseArgs } from 'node:util';
import { loadConfiguration } from './config.ts';
import { demonstrationSettings } from './demonstration.ts';
import { projectRoot } from './files.ts';
import { startGateway } from './gateway.ts';

/** The gateway as a process: configuration, parts, listen, and an orderly end. */
const USAGE = `用法 Usage: node dist/gateway/main.js [--demonstration [--public]]
  --demonstration  演示城市：任何能访问的人都可取得任一部门的令牌 the demonstration city: whoever reaches it gets any department's token
  --public         允许演示在本机以外可达 lets the demonstration be reached from other machines
配置见 docs/operations.md For the configuration see docs/operations.md
`;

function readArguments() {
  try {
    return parseArgs({
      options: {
        demonstration: { type: 'boolean', default: false },
        public: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

const given = readArguments();
if (given.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const root = projectRoot();

try {
  const overrides = given.demonstration ? demonstrationSettings(root, process.env) : {};
  const confirmed = given.public ? { publicDemonstration: true } : {};
  const gateway = await startGateway(loadConfiguration(process.env, root, { ...overrides, ...confirmed }));
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
