import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../gateway/files.ts';
import { liancha as runLiancha } from './liancha.ts';
import { EDUCATION, purpose, type System, startSystem } from './system.ts';

let system: System;
const folder = mkdtempSync(join(tmpdir(), 'liancha-exchange-'));
beforeAll(async () => {
  system = await startSystem();
}, 120_000);
afterAll(async () => {
  await system.close();
  rmSync(folder, { recursive: true });
});

const liancha = (parameters: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  runLiancha(system.url, parameters, environment);
/** Checks a schema as a script does. */
const check = (
  name: string,
  path: string,
  more: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
) => liancha(['subgraph', 'check', '--name', name, '--schema', path, ...more, '--json'], environment);
const schemaOf = (name: string): string =>
  readFileSync(join(projectRoot(), `subgraphs/${name}/schema.graphql`), 'utf8');
function file(sdl: string): string {
  const path = join(folder, 'candidate.graphql');
  writeFileSync(path, sdl);
  return path;
}

describe('liancha subgraph check', () => {
  it.each(['population', 'marriage', 'enterprises', 'realestate', 'licences', 'socialinsurance'])(
    '%s of the demonstration city may go live',
    async (name) => {
      const { code, stdout } = await liancha([
        'subgraph',
        'check',
        '--name',
        name,
        '--schema',
        `subgraphs/${name}/schema.graphql`,
        '--json',
      ]);
      expect([code, JSON.parse(stdout)]).toEqual([0, { ok: true, findings: [] }]);
    },
  );

  it('tells every reason, as JSON for scripts and as a list for people, and changes nothing', async () => {
    const sdl = schemaOf('population')
      .replace('phone: String @sharing(as: "Person.phone")', 'phone: String @sharing(class: UNCONDITIONAL)')
      .replace(
        /name: String!\s+@sharing\(class: UNCONDITIONAL\)/,
        'name: String! @sharing(class: CONDITIONAL)',
      );
    const path = file(sdl);
    const { code, stdout } = await check('population', path);
    expect(code).toBe(1);
    const { ok, findings } = JSON.parse(stdout);
    expect(ok).toBe(false);
    const found = findings.map(
      (one: { code: string; coordinate: string }) => `${one.code} ${one.coordinate}`,
    );
    expect(found).toEqual(
      expect.arrayContaining([
        'FILTER_ORACLE PersonFilter.phone',
        'BASE_ITEM_NOT_UNCONDITIONAL Person.name',
        'CLASS_CHANGED_WITHOUT_REASON Person.name',
      ]),
    );
    const people = await liancha(['subgraph', 'check', '--name', 'population', '--schema', path]);
    expect([people.code, people.stdout]).toEqual([1, expect.stringContaining('Art. 10(2)')]);
    const answer = await system.ask(
      `query ${purpose()} { person(idNumber: "${system.examples.person}") { name } }`,
    );
    expect(answer.errors).toEqual([]);
  });

  it('names operations that were asked lately and would break', async () => {
    await system.ask(`query Mine ${purpose()} { person(idNumber: "${system.examples.person}") { gender } }`);
    const path = file(schemaOf('population').replace(/gender: Gender! .*/, ''));
    const { code, stdout } = await check('population', path);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).findings).toContainEqual(
      expect.objectContaining({ code: 'BREAKS_OPERATIONS', message: expect.stringContaining('云溪市') }),
    );
  });

  it('refuses another department’s subgraph name', async () => {
    const token = await system.tokenOf(EDUCATION);
    const path = file(schemaOf('population'));
    const { code, stdout } = await check('population', path, [], { LIANCHA_TOKEN: token });
    expect([code, JSON.parse(stdout).findings.map((one: { code: string }) => one.code)]).toEqual([
      1,
      ['RESERVED_NAME'],
    ]);
  });

  it('judges the address of the service, and does not ask it when it may not', async () => {
    const path = file(schemaOf('marriage'));
    for (const url of ['http://127.0.0.1:1/', 'http://169.254.169.254/latest']) {
      const { stdout } = await check('marriage', path, ['--url', url]);
      expect(JSON.parse(stdout).findings.map((one: { code: string }) => one.code)).toEqual([
        'URL_NOT_ALLOWED',
      ]);
    }
  });

  it('ends with 2 when it cannot check, and says why', async () => {
    const path = file(schemaOf('marriage'));
    const check = ['subgraph', 'check', '--name', 'marriage', '--schema', path];
    const cases = [
      await liancha(['subgraph', 'check', '--name', 'marriage']),
      await liancha(['subgraph', 'check', '--name', 'marriage', '--schema', '/nowhere']),
      await liancha(check, { LIANCHA_URL: 'http://127.0.0.1:9' }),
      await liancha(check, { LIANCHA_TOKEN: 'wrong' }),
    ];
    for (const { code, stdout, stderr } of cases) {
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr.length).toBeGreaterThan(10);
    }
  });

  it('survives schemas that are made to harm', async () => {
    for (const sdl of [
      `type Query { a(b: Int = ${'['.repeat(100_000)}): Int }`,
      `# ${'x'.repeat(10_000_000)}`,
      'type Рerson { a: Int }',
    ]) {
      const { code, stdout } = await check('marriage', file(sdl));
      expect(code).toBe(1);
      expect(JSON.parse(stdout).findings.map((one: { code: string }) => one.code)).toContain(
        'COMPOSITION_ERROR',
      );
    }
    const answer = await system.ask(
      `query ${purpose()} { person(idNumber: "${system.examples.person}") { maritalStatus } }`,
    );
    expect(answer.status).toBe(200);
  });
});

describe('the exchange API', () => {
  it('knows nobody without a token', async () => {
    const response = await fetch(`${system.url}/exchange`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { name } }' }),
    });
    expect(response.status).toBe(401);
  });

  it('says who asks and what is live', async () => {
    const response = await fetch(`${system.url}/exchange`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await system.tokenOf(EDUCATION)}`,
      },
      body: JSON.stringify({ query: '{ viewer { name } subgraphs { name provider { name } } }' }),
    });
    const { data } = (await response.json()) as { data: { viewer: { name: string }; subgraphs: unknown[] } };
    expect(data.viewer.name).toBe(EDUCATION);
    expect(data.subgraphs).toHaveLength(6);
  });
});
