import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChangingProvider, startChangingProvider } from '../e2e/publishing-provider.ts';
import { EDUCATION, purpose, type System, startSystem } from '../e2e/system.ts';

/** Who publishes, and whose items it would change. */
const CANDIDATE = '云溪市市场监督管理局';
const OWNER = '云溪市公安局';
const CIVIL_AFFAIRS = '云溪市民政局';
const ADMINISTRATOR = '云溪市数据局';

const IMPORTS =
  '@key @external @requires @provides @override @shareable @inaccessible @tag @cost @interfaceObject @composeDirective';
const RESOURCE =
  '@resource(name: "资源", classification: "3/市场监管", abstract: "摘要", format: DATABASE, methods: [ONLINE_QUERY], updatePeriod: DAILY)';

/** A department's service with a type of its own, and `more`. */
const schemaWith = (more: string, root = '', links = ''): string => `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${IMPORTS.split(' ').map((one) => `"${one}"`)}])
  @link(url: "https://liancha.example/sharing/v1.0", import: ["@sharing", "@resource", "@item", "@subject", "@mask", "@authoritative"])
  ${links}
type Query {
  welfare(id: ID! @sharing(class: UNCONDITIONAL)): Welfare @sharing(class: UNCONDITIONAL)
  ${root}
}
type Welfare @key(fields: "id") ${RESOURCE} {
  id: ID! @sharing(class: UNCONDITIONAL) @item(name: "编号", type: C, length: 32)
  kind: String @sharing(class: UNCONDITIONAL) @item(name: "类别", type: C, length: 20)
}
${more}`;
const RED = 'red: Int @sharing(class: UNCONDITIONAL) @item(name: "项", type: I)';
const person = (fields: string, type = ''): string =>
  `type Person @key(fields: "idNumber") ${type} ${RESOURCE} { ${fields} ${RED} }`;
const KEY = 'idNumber: ID! @sharing(class: UNCONDITIONAL)';
const keyWith = (more: string): string => schemaWith(person(`idNumber: ID! ${more}`));
const MASKED = keyWith('@sharing(class: UNCONDITIONAL) @mask(rule: ID_NUMBER, for: [WORK_REFERENCE])');

let system: System;
let provider: ChangingProvider;

beforeAll(async () => {
  system = await startSystem();
  provider = await startChangingProvider(
    'welfare',
    join(system.dataDir, 'gateway', 'jwks.json'),
    schemaWith(''),
  );
  const { data } = await exchange(CANDIDATE, '{ viewer { code } }');
  const input = { department: data.viewer.code, host: provider.host, reason: 'test' };
  await exchange(
    ADMINISTRATOR,
    'mutation ($input: ApproveUrlInput!) { approveUrl(input: $input) { code } }',
    { input },
  );
});
afterAll(async () => {
  await system.close();
  await provider.close();
});

async function exchange(as: string, query: string, variables: object = {}) {
  const response = await fetch(`${system.url}/exchange`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-language': 'en',
      authorization: `Bearer ${await system.tokenOf(as)}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  return (await response.json()) as any;
}

const REPORT = `ok findings { code coordinate message } version { number } publication { number }
  consents { id state version owner { name } }`;

async function publish(sdl: string, more: object = {}) {
  await provider.deploy(sdl);
  const input = { name: 'welfare', sdl, url: provider.url, force: true, reason: 'attack', ...more };
  const { data, errors } = await exchange(
    CANDIDATE,
    `mutation ($input: PublishSubgraphInput!) { publishSubgraph(input: $input) { ${REPORT} } }`,
    { input },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.publishSubgraph;
}
const codesOf = (report: { findings: { code: string }[] }): string[] =>
  report.findings.map(({ code }) => code);

async function move(as: string, mutation: 'answerConsent' | 'withdrawConsent', input: object) {
  const type = mutation === 'answerConsent' ? 'AnswerConsentInput' : 'WithdrawConsentInput';
  const answer = await exchange(
    as,
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { id state version } }`,
    { input },
  );
  return answer.errors?.[0].extensions.code ?? answer.data[mutation].state;
}
const approve = (id: string, version = 1, as = OWNER) =>
  move(as, 'answerConsent', { id, version, answer: 'APPROVE' });

async function consent(as: string, id: string) {
  const { data, errors } = await exchange(
    as,
    `query ($id: ID!) { consentRequest(id: $id) { state version subgraph reason requester { name } owner { name }
      changes { coordinate aspect property before after } effect { operations departments { name } }
      allowedMoves moves { move department { name } operator note } } }`,
    { id },
  );
  return errors ? errors[0].extensions.code : data.consentRequest;
}

const QUERIES = [
  `query ${purpose()} { person(idNumber: "$ID") { idNumber name birthDate maritalStatus } }`,
  `query ${purpose()} { people(filter: { residenceRegion: "990101" }, first: 1) { edges { node { name } } } }`,
];
/** What is live, and what consumers get of it. */
async function live(): Promise<unknown> {
  const { data } = await exchange(CANDIDATE, '{ publications(first: 1) { edges { node { number } } } }');
  const answers = [];
  for (const query of QUERIES) {
    const { data: given, errors } = await system.ask(query.replace('$ID', system.examples.person));
    answers.push(given, errors);
  }
  return [data.publications.edges[0].node.number, answers];
}

describe('a publication that changes what another department owns is refused, with force too', () => {
  const people =
    'people(filter: PersonFilter @sharing(class: UNCONDITIONAL)): Int @sharing(class: UNCONDITIONAL)';
  it.each([
    ['withholding a key', keyWith('@sharing(class: WITHHELD, basis: "某法第一条")')],
    ['a key in the other network only', keyWith('@sharing(class: UNCONDITIONAL, zones: [INTRANET])')],
    ['a key in this network only', keyWith('@sharing(class: UNCONDITIONAL, zones: [EXTRANET])')],
    ['fewer purposes for a key', keyWith('@sharing(class: UNCONDITIONAL, purposes: [WORK_REFERENCE])')],
    ['a masked key', MASKED],
    ['a hidden key', keyWith('@sharing(class: UNCONDITIONAL) @inaccessible')],
    ['a tagged key', keyWith('@sharing(class: UNCONDITIONAL) @tag(name: "x")')],
    [
      'a default class that a key falls under',
      schemaWith(person('idNumber: ID!', '@sharing(class: WITHHELD, basis: "某法第一条")')),
    ],
    [
      'a hidden enum value',
      schemaWith(
        'enum MaritalStatus @sharing(class: UNCONDITIONAL) { SINGLE MARRIED @inaccessible DIVORCED WIDOWED }',
        'status: MaritalStatus @sharing(class: UNCONDITIONAL)',
      ),
    ],
    [
      'enum values withheld in an extension',
      schemaWith(
        'extend enum MaritalStatus @sharing(class: WITHHELD, basis: "某法第一条") { SINGLE MARRIED DIVORCED WIDOWED }',
        'status: MaritalStatus @sharing(class: UNCONDITIONAL)',
      ),
    ],
    ['a cost of a type', schemaWith(person(KEY, '@cost(weight: 100000000)'))],
    [
      'a cost of a scalar',
      schemaWith('scalar Date @cost(weight: 100000000)', 'day: Date @sharing(class: UNCONDITIONAL)'),
    ],
    [
      'fewer input fields',
      schemaWith(
        'input PersonFilter { residenceRegion: String @sharing(as: "Person.residenceRegion") }',
        people.replace('people', 'mine'),
      ),
    ],
    [
      'another target of an input field',
      schemaWith(
        `${person(KEY)} scalar Date input PersonFilter { residenceRegion: String @sharing(as: "Person.residenceRegion") bornAfter: Date @sharing(as: "Person.birthDate") bornBefore: Date @sharing(as: "Person.birthDate") phone: String @sharing(as: "Person.red") employer: ID @sharing(as: "Person.positions") }`,
        people.replace('people', 'mine'),
      ),
    ],
    [
      'overriding an item',
      schemaWith(
        person(
          `${KEY} phone: String @override(from: "population") @sharing(class: UNCONDITIONAL) @item(name: "x", type: C, length: 11)`,
        ),
      ),
    ],
    [
      'overriding a root field',
      schemaWith(
        person(KEY),
        'person(idNumber: ID! @sharing(as: "Person.idNumber")): Person @override(from: "population") @sharing(class: UNCONDITIONAL)',
      ),
    ],
    [
      'overriding a root field for some',
      schemaWith(
        person(KEY),
        'person(idNumber: ID! @sharing(as: "Person.idNumber")): Person @override(from: "population", label: "percent(1)") @sharing(class: UNCONDITIONAL)',
      ),
    ],
    [
      'saying what another’s key is',
      keyWith(
        '@sharing(class: UNCONDITIONAL) @subject(kind: PERSON) @item(name: "公民身份号码", type: C, length: 18)',
      ),
    ],
    [
      'saying whom another’s records are about, by an item of one’s own',
      schemaWith(
        person(
          `${KEY} mine: ID @sharing(class: UNCONDITIONAL) @subject(kind: PERSON) @item(name: "x", type: C, length: 9)`,
        ),
      ),
    ],
  ])('%s', async (_, sdl) => {
    const before = await live();
    const report = await publish(sdl);
    expect(report).toMatchObject({ ok: false, version: null, publication: null });
    expect(codesOf(report), JSON.stringify(report.findings)).toContain('NEEDS_CONSENT');
    expect(await live()).toEqual(before);
  });
});

describe('consent', () => {
  const key = {
    coordinate: 'Person.idNumber',
    aspect: 'RULE',
    property: 'masks',
    before: '',
    after: 'WORK_REFERENCE ID_NUMBER',
  };
  /** Asks for a consent to `sdl`; gives its id. */
  const ask = async (sdl: string, more: object = {}): Promise<string> => {
    const report = await publish(sdl, more);
    expect(codesOf(report)).toEqual(['NEEDS_CONSENT']);
    expect(report.consents).toMatchObject([{ state: 'PENDING', owner: { name: OWNER } }]);
    return report.consents[0].id;
  };
  const retire = async () => {
    const input = { name: 'welfare', reason: 'test', force: true };
    const query = `mutation ($input: RetireSubgraphInput!) { retireSubgraph(input: $input) { ${REPORT} } }`;
    const { data } = await exchange(CANDIDATE, query, { input });
    expect(data.retireSubgraph.ok).toBe(true);
  };
  /** As given for a use for which it may be masked; a masked one cannot be asked for by its value either. */
  const idNumber = async (): Promise<string | null> => {
    const query = `query @purpose(use: WORK_REFERENCE, matter: "W-1") { person(idNumber: "${system.examples.person}") { idNumber } }`;
    return (await system.ask(query)).data?.person?.idNumber ?? null;
  };

  it('is only told of by a check, and asked for once by publishing', async () => {
    await provider.deploy(MASKED);
    const count = async () =>
      (await exchange(OWNER, '{ consentRequests { edges { node { id } } } }')).data.consentRequests.edges
        .length;
    const before = await count();
    const input = { name: 'welfare', sdl: MASKED, url: provider.url, force: true, reason: 'checked' };
    const query =
      'mutation ($input: CheckSubgraphInput!) { checkSubgraph(input: $input) { ok findings { code message } } }';
    const { data } = await exchange(CANDIDATE, query, { input });
    expect(codesOf(data.checkSubgraph)).toEqual(['NEEDS_CONSENT']);
    expect(data.checkSubgraph.findings[0].message).toContain(OWNER);
    expect(await count()).toBe(before);
    const id = await ask(MASKED);
    expect(await ask(MASKED)).toBe(id);
  });

  it('shows the owner what changes and what consumers would notice; nobody else can answer in its place', async () => {
    const id = await ask(MASKED);
    const seen = await consent(OWNER, id);
    expect(seen).toMatchObject({
      state: 'PENDING',
      subgraph: 'welfare',
      reason: 'attack',
      requester: { name: CANDIDATE },
      changes: [key],
    });
    expect(seen.allowedMoves).toEqual(['APPROVE', 'REFUSE']);
    expect(await consent(CANDIDATE, id)).toMatchObject({ effect: null, allowedMoves: ['WITHDRAW'] });
    expect(await consent(ADMINISTRATOR, id)).toMatchObject({ allowedMoves: [] });
    expect([await consent(CIVIL_AFFAIRS, id), await consent(EDUCATION, id)]).toEqual([
      'NOT_FOUND',
      'NOT_FOUND',
    ]);
    const answers = [];
    for (const as of [CANDIDATE, ADMINISTRATOR, CIVIL_AFFAIRS, EDUCATION])
      answers.push(await approve(id, 1, as));
    expect(answers).toEqual(['FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'FORBIDDEN']);
    expect(await consent(OWNER, id)).toMatchObject({ state: 'PENDING', version: 1 });
    const { data } = await exchange(
      OWNER,
      '{ notifications(first: 100) { edges { node { event about { id } } } } }',
    );
    const told = data.notifications.edges.map(({ node }: { node: object }) => node);
    expect(told).toContainEqual({ event: 'CONSENT_REQUESTED', about: { id } });
  });

  it('given, lets exactly these changes go live, and is on record', async () => {
    const id = await ask(MASKED);
    expect(await idNumber()).toBe(system.examples.person);
    expect(await approve(id)).toBe('APPROVED');
    const larger = keyWith(
      '@sharing(class: UNCONDITIONAL) @mask(rule: ID_NUMBER, for: [WORK_REFERENCE, DATA_VERIFICATION])',
    );
    expect(codesOf(await publish(larger))).toEqual(['NEEDS_CONSENT']);
    expect(await consent(OWNER, id)).toMatchObject({ state: 'APPROVED' });
    // Another SDL with the same changes for this owner.
    const other = MASKED.replace(RED, `${RED} ${RED.replace('red', 'redder')}`);
    expect(await publish(other)).toMatchObject({ ok: true });
    expect(await idNumber()).not.toBe(system.examples.person);
    const { state, moves, allowedMoves } = await consent(OWNER, id);
    expect({ state, allowedMoves }).toEqual({ state: 'IN_EFFECT', allowedMoves: [] });
    expect(moves).toMatchObject([
      { move: 'REQUEST', department: { name: CANDIDATE }, note: 'attack' },
      { move: 'APPROVE', department: { name: OWNER }, operator: 'test' },
      { move: 'TAKE_EFFECT', department: { name: CANDIDATE } },
    ]);
    expect(await move(OWNER, 'withdrawConsent', { id, version: 3, note: 'late' })).toBe('ILLEGAL_MOVE');
    // It was for once: what has been withdrawn needs a new one.
    await retire();
    expect(await idNumber()).toBe(system.examples.person);
    expect(codesOf(await publish(other))).toEqual(['NEEDS_CONSENT']);
  });

  it('refused, lets nothing through, and the same is not asked again for the same reason', async () => {
    const sdl = keyWith('@sharing(class: UNCONDITIONAL, zones: [EXTRANET])');
    const id = await ask(sdl);
    expect(await move(OWNER, 'answerConsent', { id, version: 1, answer: 'REFUSE' })).toBe('BAD_USER_INPUT');
    expect(await move(OWNER, 'answerConsent', { id, version: 1, answer: 'REFUSE', note: '不同意' })).toBe(
      'REFUSED',
    );
    const before = await live();
    const again = await publish(sdl);
    expect(again.consents).toMatchObject([{ id, state: 'REFUSED' }]);
    expect(await live()).toEqual(before);
    expect(await ask(sdl, { reason: 'another reason' })).not.toBe(id);
  });

  it('can be withdrawn by whoever gave it until it has gone live', async () => {
    const sdl = keyWith('@sharing(class: UNCONDITIONAL, condition: "另有条件")');
    const id = await ask(sdl);
    expect(await approve(id)).toBe('APPROVED');
    expect(await move(OWNER, 'withdrawConsent', { id, version: 2 })).toBe('BAD_USER_INPUT');
    expect(await move(OWNER, 'withdrawConsent', { id, version: 2, note: '改变主意' })).toBe('WITHDRAWN');
    const next = await ask(sdl);
    expect(next).not.toBe(id);
    expect(await move(CANDIDATE, 'withdrawConsent', { id: next, version: 1 })).toBe('WITHDRAWN');
    expect(await approve(next, 2)).toBe('ILLEGAL_MOVE');
  });

  it('that is withdrawn while it goes live has either gone live or not', async () => {
    for (let round = 0; round < 3; round++) {
      const sdl = keyWith(`@sharing(class: UNCONDITIONAL, condition: "第${round}种条件")`);
      const id = await ask(sdl);
      await approve(id);
      const [report] = await Promise.all([
        publish(sdl),
        move(OWNER, 'withdrawConsent', { id, version: 2, note: 'x' }),
      ]);
      expect((await consent(OWNER, id)).state).toBe(report.ok ? 'IN_EFFECT' : 'WITHDRAWN');
      if (report.ok) await retire();
    }
  });

  it('is waited for by a version that is kept', async () => {
    const sdl = keyWith('@sharing(class: UNCONDITIONAL) @mask(rule: YEAR, for: [WORK_REFERENCE])');
    const kept = await publish(sdl, { promote: false });
    expect(kept).toMatchObject({ ok: true, publication: null, consents: [{ state: 'PENDING' }] });
    const input = { name: 'welfare', version: kept.version.number, reason: 'x', force: true };
    const promote = async () =>
      (
        await exchange(
          CANDIDATE,
          `mutation ($input: PromoteSubgraphInput!) { promoteSubgraph(input: $input) { ${REPORT} } }`,
          { input },
        )
      ).data.promoteSubgraph;
    expect(codesOf(await promote())).toEqual(['NEEDS_CONSENT']);
    await approve(kept.consents[0].id);
    expect(await promote()).toMatchObject({ ok: true });
    expect(await consent(OWNER, kept.consents[0].id)).toMatchObject({ state: 'IN_EFFECT' });
    await retire();
    // Nor does going back, by the department or the administrator, do without.
    const back = `mutation ($input: RollBackInput!) { rollBack(input: $input) { ${REPORT} } }`;
    for (const as of [CANDIDATE, ADMINISTRATOR]) {
      const { data } = await exchange(as, back, {
        input: { subgraph: 'welfare', version: kept.version.number, reason: 'back' },
      });
      expect(codesOf(data.rollBack)).toEqual(['NEEDS_CONSENT']);
    }
  });

  it('is needed of each owner for itself', async () => {
    const sdl = schemaWith(
      `${person('idNumber: ID! @sharing(class: UNCONDITIONAL) @mask(rule: REDACT, for: [WORK_REFERENCE])')}
       enum MaritalStatus @sharing(class: UNCONDITIONAL) @cost(weight: 3) { SINGLE MARRIED DIVORCED WIDOWED }`,
      'status: MaritalStatus @sharing(class: UNCONDITIONAL)',
    );
    const { consents, findings } = await publish(sdl);
    const owners = consents.map(({ owner }: { owner: { name: string } }) => owner.name);
    expect(owners).toEqual(expect.arrayContaining([OWNER, CIVIL_AFFAIRS]));
    expect(findings).toHaveLength(owners.length);
    const ids = new Map<string, string>(
      consents.map((one: { id: string; owner: { name: string } }) => [one.owner.name, one.id]),
    );
    await approve(ids.get(OWNER) ?? '');
    const left = await publish(sdl);
    expect(left.ok).toBe(false);
    expect(left.findings.map(({ message }: { message: string }) => message).join()).not.toContain(OWNER);
    expect(await approve(ids.get(CIVIL_AFFAIRS) ?? '', 1, OWNER)).toBe('NOT_FOUND');
  });
});

describe('what a department adds of its own needs nobody’s consent', () => {
  it('a root field, and fields of another’s entity', async () => {
    const report = await publish(schemaWith(person(KEY), 'mine: Int @sharing(class: UNCONDITIONAL)'));
    expect(report, JSON.stringify(report.findings)).toMatchObject({ ok: true, consents: [] });
  });
});
