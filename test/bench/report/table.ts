import { median } from './figures.ts';
import type { Row, Summary } from './summary.ts';

/** The run as Markdown: goals, cases, growth, starts. */
export function tableOf(summary: Summary): string {
  const { machine, takenAt, database, absent, skipped, rows } = summary;
  const facts = `${takenAt.slice(0, 10)} · ${machine} · Liancha with ${database.name}${
    database.serverMb === null ? '' : ` (the server: ${database.serverMb} MB)`
  }`;
  const left = absent.map(({ peer, why }) => `Left out: ${peer} (${why}).`);
  const late = skipped.length > 0 ? [`No time was left for: ${skipped.join(', ')}.`] : [];
  const failures = rows.flatMap(({ case: id, peer, failure }) =>
    failure === null ? [] : [`Failed: ${peer} in ${id}: ${oneLine(failure)}`],
  );
  const growing = rows.filter((row) => row.growth !== null);
  const sections: readonly (readonly [string, string])[] = [
    ['目标 What is to be reached', goalsTable(summary)],
    ['各例 Cases', casesTable(rows.filter((row) => row.growth === null))],
    ['增长 Growth', growing.length > 0 ? growthTables(growing) : 'Not measured in this run.'],
    ['启动与静止内存 Start, and memory at rest', startsTable(summary)],
  ];
  return [
    [facts, ...warningOf(rows), ...left, ...late, ...failures].join('\n\n'),
    ...sections.flatMap(([title, table]) => [`### ${title}`, table]),
  ].join('\n\n');
}

/** A gateway that is loaded to its limit has its core full; if it has not, somebody else had it. */
const FULL = 0.85;

function warningOf(rows: readonly Row[]): string[] {
  const shares = rows.flatMap(({ figures }) =>
    figures && figures.gatewayBusy > 0 ? [figures.gatewayBusy] : [],
  );
  if (shares.length === 0) return [];
  const share = median(shares);
  if (share >= FULL) return [];
  return [
    `**机器繁忙，请在安静时重测。The machine was busy with other things:** gateways had ${percent(share)} % of their core (median). ` +
      'Throughput and latency are those of a crowd; ratios per core-second say more. Take this run again in quiet.',
  ];
}

function goalsTable({ goals, halfLoad }: Summary): string {
  const rows = goals.map(({ what, goal, found, foundPerCore, isReached }) => [
    what,
    goal,
    orDash(found),
    orDash(foundPerCore),
    isReached === null ? 'not measured' : isReached ? 'yes' : 'no',
  ]);
  const table = markdown(['what', 'goal', 'found', 'found per core-second', 'reached'], rows);
  if (!halfLoad) return table;
  const spread = halfLoad.rounds.map(({ on, off }) => `${short(on.p99)} / ${short(off.p99)}`).join(', ');
  return `${table}\n\nHalf load is ${halfLoad.perSecond} requests/s; p99 in ms with / without ledger, by round: ${spread}.`;
}

function casesTable(rows: readonly Row[]): string {
  const titles = [...new Set(rows.map((row) => row.title))];
  return markdown(
    [
      'case',
      'gateway',
      'requests/s',
      '×',
      'per core-second',
      '×',
      'p50 ms',
      'p99 ms',
      'peak MB',
      'calls',
      'KB',
      'core busy %',
    ],
    titles.flatMap((title) =>
      rows.filter((row) => row.title === title).map((row) => [title, row.peer, ...cellsOf(row)]),
    ),
  );
}

/** One table for each series: gateways down, sizes across. */
function growthTables(rows: readonly Row[]): string {
  const seriesOf = (row: Row): string => row.growth?.series ?? '';
  const series = [...new Set(rows.map(seriesOf))];
  return series
    .map((name) =>
      growthTable(
        name,
        rows.filter((row) => seriesOf(row) === name),
      ),
    )
    .join('\n\n');
}

function growthTable(series: string, rows: readonly Row[]): string {
  const sizes = [...new Set(rows.map((row) => row.growth?.size ?? 0))];
  const peers = [...new Set(rows.map((row) => row.peer))];
  const cell = (peer: string, size: number): string => {
    const figures = rows.find((row) => row.peer === peer && row.growth?.size === size)?.figures;
    if (!figures) return 'failed';
    const { perSecond, p50, p99, peakMb } = figures;
    return `${short(perSecond)}/s · ${short(p50)} / ${short(p99)} ms · ${peakMb} MB`;
  };
  const head = [
    `${series}: requests/s · p50 / p99 · peak memory`,
    ...sizes.map((size) => size.toLocaleString('en')),
  ];
  return markdown(
    head,
    peers.map((peer) => [peer, ...sizes.map((size) => cell(peer, size))]),
    1,
  );
}

function cellsOf({ figures }: Row): string[] {
  if (!figures) return ['failed', ...Array.from({ length: 9 }, () => '')];
  const {
    perSecond,
    ratio,
    perCoreSecond,
    coreRatio,
    p50,
    p99,
    peakMb,
    calls,
    bytes,
    gatewayBusy,
    loadBusy,
  } = figures;
  return [
    short(perSecond),
    orDash(ratio),
    orDash(perCoreSecond),
    orDash(coreRatio),
    short(p50),
    short(p99),
    String(peakMb),
    String(calls),
    short(bytes / 1_024),
    `${percent(gatewayBusy)} / ${percent(loadBusy)}`,
  ];
}

function startsTable({ starts }: Summary): string {
  const rows = starts.map(({ graph, peer, readyMs, restMb }) => [
    graph,
    peer,
    String(readyMs),
    String(restMb),
  ]);
  return markdown(['graph', 'gateway', 'ready after ms', 'MB at rest'], rows);
}

/** Columns are right-aligned from `words` on. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[], words = 2): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at < words ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Three digits are as many as such a figure can claim. */
function short(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

const orDash = (value: number | null): string => (value === null ? '–' : short(value));

const percent = (share: number): string => String(Math.round(share * 100));

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 200);
