import { expect, test } from 'vitest';
import type { Entry } from '../../../gateway/exchange/catalogue/entry.ts';
import { linesOf } from '../../../gateway/exchange/catalogue/export/columns.ts';
import { toCsv } from '../../../gateway/exchange/catalogue/export/csv.ts';

/** The cell of a resource's abstract, as it is written. */
function written(abstract: string): string {
  const item: Entry['items'][number] = {
    coordinate: null,
    name: 'x',
    type: 'C',
    length: 1,
    class: 'UNCONDITIONAL',
    condition: null,
    basic: false,
    zones: ['EXTRANET'],
  };
  const entry: Entry = {
    id: '1',
    code: '1',
    status: 'LIVE',
    providerCode: 'p',
    subgraph: 's',
    type: 'T',
    version: 1,
    class: 'UNCONDITIONAL',
    lastUpdated: null,
    changedAt: new Date(0),
    name: 'n',
    classification: '3/x',
    abstract,
    format: 'DATABASE',
    methods: ['ONLINE_QUERY'],
    updatePeriod: 'DAILY',
    publishedOn: null,
    open: false,
    openCondition: null,
    related: [],
    base: null,
    theme: null,
    leadDepartment: null,
    items: [item],
  };
  const [, line = ''] = toCsv(linesOf([entry], () => 'provider'))
    .toString()
    .split('1,provider,p,');
  return line.slice(0, line.indexOf(',数据库'));
}

test.each([
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(A1)',
  ' =1',
  '\u00A0=1',
  '\u200B=1',
  '\n=1',
  '\t=1',
  'x\n=1',
  'x\r\n =1',
  'x;=1',
  'x; ＝1',
  'x\t@1',
  '"=1',
])('%j is no formula wherever a spreadsheet may let a cell begin', (text) => {
  const cell = written(text).replace(/^"|"$/g, '').replaceAll('""', '"');
  for (const begun of cell.split(/[\r\n\t;]/))
    expect(begun.replace(/^[\s"\p{Cf}]+/u, '')).not.toMatch(/^[=+\-@＝＋－＠]/);
});

test.each(['甲乙丙', 'a-b', 'x = y', '2026-01-01', 'a@b.example'])('%j is written as it is', (text) => {
  expect(written(text)).toBe(text);
});
