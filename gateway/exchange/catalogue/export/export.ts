import type { Entry } from '../entry.ts';
import { linesOf } from './columns.ts';
import { toCsv } from './csv.ts';
import { type DcatOptions, toDcat } from './dcat.ts';
import { type Platform, toRollUp } from './roll-up.ts';
import { toXlsx } from './xlsx.ts';

/** Formats of the catalogue, by the ending of the file. */
export const EXPORT_FORMATS = ['csv', 'xlsx', 'json', 'jsonld', 'roll-up.json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface Exported {
  readonly type: string;
  readonly bytes: Buffer;
}

export interface ExportOptions extends DcatOptions {
  readonly place: Platform;
  now(): number;
}

/** The live catalogue as a file. */
export async function exportEntries(
  entries: readonly Entry[],
  format: ExportFormat,
  options: ExportOptions,
): Promise<Exported> {
  const json = (value: unknown, type = 'application/json'): Exported => ({
    type: `${type}; charset=utf-8`,
    bytes: Buffer.from(`${JSON.stringify(value, null, 1)}\n`),
  });
  const lines = () => linesOf(entries, options.nameOf);
  switch (format) {
    case 'csv':
      return { type: 'text/csv; charset=utf-8; header=present', bytes: toCsv(lines()) };
    case 'xlsx':
      return {
        type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        bytes: await toXlsx(lines()),
      };
    case 'json':
      return json(entries.map((one) => ({ ...one, providerName: options.nameOf(one.providerCode) })));
    case 'jsonld':
      return json(toDcat(entries, options), 'application/ld+json');
    case 'roll-up.json':
      return json(toRollUp(entries, options.place, options.now(), options.nameOf));
    default:
      return format satisfies never;
  }
}
