import { writeFileSync } from 'node:fs';
import { download, gatewayUrl, login } from '../client.ts';
import { type Command, fromHere, readOptions, UsageError } from '../command.ts';

/** By the ending of the gateway's file `/catalogue.…`. */
const FORMATS = ['csv', 'xlsx', 'json', 'jsonld', 'roll-up.json'];

export const exportCatalogueCommand: Command = {
  summary: '导出目录：CSV、XLSX、JSON、DCAT-AP（jsonld）、上报汇总 the catalogue as a file',
  usage: `liancha catalogue export [--format ${FORMATS.join('|')}] [--out <file>] [--json]`,
  async run(parameters) {
    const values = readOptions(parameters, {
      format: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const format = values.format ?? (values.json ? 'json' : 'csv');
    if (!FORMATS.includes(format)) throw new UsageError(`没有这种格式 there is no such format: ${format}`);
    if (format === 'xlsx' && values.out === undefined && process.stdout.isTTY)
      throw new UsageError('XLSX 请写入文件 write XLSX to a file: --out 目录.xlsx');
    const gateway = gatewayUrl(process.env);
    const token = await login(process.env, gateway, {});
    const bytes = await download(gateway, token, `/catalogue.${format}`);
    if (values.out !== undefined) writeFileSync(fromHere(values.out), bytes);
    else process.stdout.write(bytes);
    return 0;
  },
};
