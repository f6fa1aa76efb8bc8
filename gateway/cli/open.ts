import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startOpenGateway } from '../open.ts';
import { fail, fromHere } from './command.ts';

/** `npm run -s gateway:open -- --supergraph <file> --port <n>`: the engine with an open policy, on loopback only. */
function readArguments() {
  try {
    return parseArgs({
      options: { supergraph: { type: 'string' }, port: { type: 'string', default: '4000' } },
    }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

if (process.env.NODE_ENV === 'production') {
  fail(
    '开放网关不检查令牌、用途与授权，不得用于生产环境。\n' +
      'The open gateway checks no token, purpose or grant. It does not run with NODE_ENV=production.',
  );
}
const { supergraph, port } = readArguments();
if (supergraph === undefined || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
  fail(
    '用法 Usage: npm run -s gateway:open -- --supergraph <file> --port <n>\n' +
      '  --supergraph  组合后的超图文件 a composed Federation 2 supergraph (SDL)\n' +
      '  --port        本机端口 a port on 127.0.0.1 (default 4000; 0 picks a free one)',
  );
}
try {
  const gateway = await startOpenGateway({
    supergraphSdl: readFileSync(fromHere(supergraph), 'utf8'),
    port: Number(port),
    onDefect: (reference, error) =>
      process.stderr.write(`${reference} ${error instanceof Error ? error.stack : String(error)}\n`),
  });
  process.stdout.write(`开放网关 open gateway: ${gateway.url}/graphql\n`);
  const stop = (): void => {
    gateway.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const event of ['SIGINT', 'SIGTERM']) process.once(event, stop);
} catch (error) {
  fail(`${supergraph}: ${error instanceof Error ? error.message : String(error)}`);
}
