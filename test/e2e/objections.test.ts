import { createHash, createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AskingExchange, askExchange } from './exchange.ts';
import { EDUCATION, purpose, REGISTRATION, type System, startSystem } from './system.ts';

const POLICE = '云溪市公安局';
const CIVIL_AFFAIRS = '云溪市民政局';
const AUDIT = '云溪市审计局';
/** The platform's administrator. */
const DATA = '云溪市数据局';
const ITEM = 'Person.residence';

/** A department's own server, which takes webhooks; it fails as often as it is told. */
async function startReceiver() {
  const received: { readonly request: IncomingMessage; readonly body: string }[] = [];
  let failures = 0;
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ request, body });
      response.writeHead(failures-- > 0 ? 500 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    received,
    url: `http://127.0.0.1:${port}/hook`,
    fail(times: number) {
      failures = times;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

let system: System;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let exchange: AskingExchange;
beforeAll(async () => {
  receiver = await startReceiver();
  system = await startSystem({ settings: { providers: { allowedHosts: ['127.0.0.1'] } } });
  exchange = askExchange(system);
});
afterAll(async () => {
  await system.close();
  await receiver.close();
});

const ask = (as = REGISTRATION) =>
  system.ask(
    `query ${purpose()} { person(idNumber: "${system.examples.person}") { name residence maritalStatus } }`,
    {
      as,
    },
  );
const RAISE = `mutation ($input: RaiseObjectionInput!) { raiseObjection(input: $input) {
  id state version due subject provider { name } evidence { digest base64 } } }`;

/** Raises an objection to the residence in an answer that was given just now, once it is indexed. */
async function raise(changes: Record<string, unknown> = {}, as = REGISTRATION) {
  const disclosure = (await ask()).extensions.receipt?.id;
  const input = {
    disclosure,
    coordinate: ITEM,
    subject: system.examples.person,
    reason: '与户口簿不符',
    ...changes,
  };
  return vi.waitFor(
    async () => {
      const answer = await exchange(as, RAISE, { input });
      if (answer.errors?.[0]?.extensions.code === 'NOT_FOUND' && !('expect' in changes))
        throw new Error('not indexed yet');
      return answer;
    },
    { timeout: 15_000, interval: 250 },
  );
}

const move = (as: string, mutation: string, input: Record<string, unknown>) => {
  const type = { disownObjection: 'DisownObjectionInput', withdrawObjection: 'WithdrawObjectionInput' }[
    mutation
  ];
  return exchange(
    as,
    `mutation ($input: ${type ?? 'AnswerObjectionInput'}!) { ${mutation}(input: $input) {
    id state version subject provider { name } evidence { base64 } allowedMoves } }`,
    { input },
  );
};
/** The day after so many days, YYYY-MM-DD. */
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const disputed = async () => (await ask()).extensions.disputed;

describe('an objection', () => {
  it('says in every answer what is disputed, until the provider has corrected it', async () => {
    const evidence = {
      name: '户口簿.jpg',
      type: 'image/jpeg',
      base64: Buffer.from('scan').toString('base64'),
    };
    const { data } = await raise({ evidence });
    const raised = data.raiseObjection;
    expect(raised).toMatchObject({ state: 'OPEN', due: null, provider: { name: POLICE } });
    await vi.waitFor(async () =>
      expect(await disputed()).toEqual([
        { coordinate: ITEM, objection: raised.id, since: expect.any(String) },
      ]),
    );
    const other = await system.ask(
      `query ${purpose()} { person(idNumber: "${system.examples.person}") { name } }`,
      { as: EDUCATION },
    );
    expect(other.extensions.disputed).toBeUndefined();
    const corrected = (await move(POLICE, 'correctObjection', { id: raised.id, version: 1, note: '已改' }))
      .data;
    // What was kept about the person goes when it ends.
    expect(corrected.correctObjection).toMatchObject({
      state: 'CORRECTED',
      subject: null,
      evidence: { base64: null },
    });
    await vi.waitFor(async () => expect(await disputed()).toBeUndefined());
  });

  it('is for its two parties and for those who oversee; the person is for the parties only', async () => {
    const { id } = (await raise()).data.raiseObjection;
    const show = async (as: string) =>
      (await exchange(as, 'query ($id: ID!) { objection(id: $id) { id subject allowedMoves } }', { id })) ??
      {};
    expect((await show(EDUCATION)).errors?.[0].extensions.code).toBe('NOT_FOUND');
    expect((await show(AUDIT)).data.objection).toEqual({ id, subject: null, allowedMoves: [] });
    expect((await show(POLICE)).data.objection).toEqual({
      id,
      subject: system.examples.person,
      allowedMoves: ['CORRECT', 'CONFIRM', 'REDIRECT', 'DISOWN'],
    });
    const code = async (as: string, mutation: string, input: Record<string, unknown>) =>
      (await move(as, mutation, { id, note: 'x', ...input })).errors?.[0].extensions.code;
    expect(await code(EDUCATION, 'confirmObjection', { version: 1 })).toBe('FORBIDDEN');
    expect(await code(EDUCATION, 'withdrawObjection', { version: 1 })).toBe('NOT_FOUND');
    expect(await code(REGISTRATION, 'confirmObjection', { version: 1 })).toBe('FORBIDDEN');
    expect(await code(POLICE, 'withdrawObjection', { version: 1 })).toBe('FORBIDDEN');
    expect(await code(POLICE, 'confirmObjection', { version: 9 })).toBe('CONFLICT');
    const [one, two] = await Promise.all([
      code(POLICE, 'confirmObjection', { version: 1 }),
      code(POLICE, 'correctObjection', { version: 1 }),
    ]);
    // Two officials at once: one answer stands, and the other is told.
    expect([one, two].filter(Boolean)).toEqual(['ILLEGAL_MOVE']);
    expect(await code(REGISTRATION, 'withdrawObjection', { version: 2 })).toBe('ILLEGAL_MOVE');
  });

  it('goes to a department that publishes the item too, and to no other', async () => {
    const coordinate = 'Enterprise.registeredAddress';
    const subject = system.examples.enterprise;
    const asked = `query ${purpose()} { enterprise(uscc: "${subject}") { registeredAddress } }`;
    const disclosure = (await system.ask(asked)).extensions.receipt?.id;
    const { id, provider } = (await raise({ coordinate, subject, disclosure })).data.raiseObjection;
    const as = provider.name;
    const pass = (to: string) => move(as, 'disownObjection', { id, version: 1, note: '证照载明', to });
    for (const to of ['11990101MB0000002C', '11990101MB0000013G', '11990101MB00000019', 'nobody'])
      expect((await pass(to)).errors?.[0].extensions.code).toBe('BAD_USER_INPUT');
    const moved = await pass('11990101MB0000005M');
    expect(moved.data.disownObjection).toMatchObject({
      state: 'OPEN',
      provider: { name: DATA },
      subject: null, // No party to it any more.
    });
    expect((await exchange(DATA, `{ objection(id: "${id}") { subject } }`)).data.objection.subject).toBe(
      subject,
    );
    const confirmed = await move(DATA, 'confirmObjection', { id, version: 2, note: '无误' });
    expect(confirmed.data.confirmObjection.state).toBe('CONFIRMED');
  });

  it('needs a disclosure to the department itself, of that item, about that subject; whatever is not so, the answer is the same', async () => {
    const known = (await raise({ idempotencyKey: 'known' })).data.raiseObjection;
    const { disclosure } = (await exchange(REGISTRATION, `{ objection(id: "${known.id}") { disclosure } }`))
      .data.objection;
    const refused = async (changes: Record<string, unknown>, as = REGISTRATION) =>
      (await raise({ disclosure, ...changes, expect: undefined }, as)).errors?.[0];
    const foreign = (await refused({}, EDUCATION))?.message;
    const answers = [
      await refused({ coordinate: 'Person.phone' }),
      await refused({ coordinate: 'Person.nothing' }),
      await refused({ subject: '990101196107101178' }),
      await refused({ disclosure: '01900000-0000-7000-8000-000000000000' }),
    ];
    for (const answer of answers) expect(answer.extensions.code).toBe('NOT_FOUND');
    expect(new Set(answers.slice(0, 3).map(({ message }) => message))).toEqual(new Set([foreign]));
  });
});

describe('webhooks', () => {
  it('are signed (RFC 9421) with a published key, tried again, and hold no personal data', async () => {
    receiver.received.length = 0;
    receiver.fail(1);
    const add = 'mutation ($input: AddWebhookInput!) { addWebhook(input: $input) { id } }';
    const input = { url: receiver.url, events: ['OBJECTION_RAISED'] };
    expect((await exchange(POLICE, add, { input })).errors).toBeUndefined();
    const { id } = (await raise()).data.raiseObjection;
    await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThanOrEqual(2), { timeout: 20_000 });
    const [first, second] = receiver.received;
    expect(second?.body).toBe(first?.body);
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      event: 'OBJECTION_RAISED',
      about: { type: 'Objection', id },
    });
    expect(first?.body).not.toContain(system.examples.person);
    expect(await isSigned(second?.request, second?.body ?? '')).toBe(true);
    expect(await isSigned(second?.request, '{}')).toBe(false);
    const inbox = '{ notifications(first: 1) { edges { node { event about { id } } } } }';
    const [edge] = (await exchange(POLICE, inbox)).data.notifications.edges;
    expect(edge.node).toEqual({ event: 'OBJECTION_RAISED', about: { id } });
  });

  it('lead nowhere inside', async () => {
    const add = 'mutation ($input: AddWebhookInput!) { addWebhook(input: $input) { id } }';
    for (const url of [
      'http://169.254.169.254/latest',
      'file:///etc/passwd',
      'http://user:secret@127.0.0.1/',
    ])
      expect((await exchange(POLICE, add, { input: { url } })).errors?.[0].extensions.code).toBe(
        'BAD_USER_INPUT',
      );
  });
});

/** As a department verifies: by the headers, the body, and the gateway's published keys. */
async function isSigned(request: IncomingMessage | undefined, body: string): Promise<boolean> {
  const header = (name: string): string => String(request?.headers[name] ?? '');
  const parameters = header('signature-input').replace(/^liancha=/, '');
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const base = [
    '"@method": POST',
    `"@target-uri": ${receiver.url}`,
    `"content-type": ${header('content-type')}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${parameters}`,
  ].join('\n');
  const { keys } = (await (await fetch(`${system.url}/.well-known/jwks.json`)).json()) as {
    keys: Record<string, string>[];
  };
  const kid = /keyid="([^"]+)"/.exec(parameters)?.[1];
  const jwk = keys.find((one) => one.kid === kid);
  const signature = Buffer.from(/:(.+):/.exec(header('signature'))?.[1] ?? '', 'base64');
  return verify(null, Buffer.from(base), createPublicKey({ key: jwk ?? {}, format: 'jwk' }), signature);
}

describe('a finding', () => {
  const OPEN =
    'mutation ($input: OpenFindingInput!) { openFinding(input: $input) { id state version allowedMoves } }';
  const input = {
    department: '11990101MB0000013G',
    breach: 'USE_BEYOND_DUTIES',
    notice: '请说明查询用途',
    evidence: { text: '见回执', disclosures: [] },
    dueOn: inDays(30),
  };
  const moveFinding = (as: string, mutation: string, more: Record<string, unknown>) => {
    const type = mutation === 'returnFinding' ? 'ReturnFindingInput' : 'MoveFindingInput';
    return exchange(as, `mutation ($input: ${type}!) { ${mutation}(input: $input) { state version due } }`, {
      input: { note: '说明', ...more },
    });
  };

  it('is opened with a notice, answered, sent back, answered again and closed', async () => {
    const { id } = (await exchange(POLICE, OPEN, { input })).data.openFinding;
    const step = async (as: string, mutation: string, version: number) =>
      (await moveFinding(as, mutation, { id, version })).data?.[mutation]?.state;
    expect(await step(EDUCATION, 'answerFinding', 1)).toBe('ANSWERED');
    expect(await step(AUDIT, 'returnFinding', 2)).toBeUndefined(); // An auditor sees, and changes nothing.
    expect(await step(DATA, 'returnFinding', 2)).toBe('OPEN');
    expect(await step(EDUCATION, 'answerFinding', 3)).toBe('ANSWERED');
    expect(await step(DATA, 'closeFindingRectified', 4)).toBe('RECTIFIED');
    const illegal = await moveFinding(DATA, 'closeFindingUnfounded', { id, version: 5 });
    expect(illegal.errors?.[0].extensions.code).toBe('ILLEGAL_MOVE');
  });

  it('is neither closed by the department itself nor seen by others', async () => {
    const { id } = (await exchange(AUDIT, OPEN, { input })).data.openFinding;
    const code = async (as: string) =>
      (await moveFinding(as, 'closeFindingUnfounded', { id, version: 1 })).errors?.[0].extensions.code;
    expect(await code(EDUCATION)).toBe('FORBIDDEN');
    expect(await code(CIVIL_AFFAIRS)).toBe('FORBIDDEN'); // Whoever supervises does that, and nobody else.
    const own = await exchange(EDUCATION, OPEN, { input });
    expect(own.errors?.[0].extensions.code).toBe('BAD_USER_INPUT');
  });
});
