import { describe, expect, it } from 'vitest';
import { ForbiddenAddress, judgedLookup } from '../../../../gateway/addresses.ts';
import { mismatchFinding, urlFinding } from '../../../../gateway/registry/check/index.ts';

const names: Record<string, string[]> = {
  'provider.example': ['10.1.2.3'],
  'rebound.example': ['10.1.2.3', '127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'six.example': ['::1'],
};
const resolve = async (host: string): Promise<string[]> => {
  const addresses = names[host];
  if (!addresses) throw new Error('ENOTFOUND');
  return addresses;
};

const NOBODY = { allowed: [], approved: [] };
/** Approved names do not lead everywhere. */
const APPROVED = {
  allowed: [],
  approved: [
    ...Object.keys(names),
    'unknown.example',
    '10.1.2.3',
    '127.0.0.1',
    '[::1]',
    '0.0.0.0',
    '169.254.169.254',
  ],
};

describe('a URL that nobody has approved', () => {
  it.each([
    'http://10.1.2.3/',
    'http://172.31.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://198.19.255.1/',
    'http://[fd12::1]/',
    'http://[::ffff:10.1.2.3]/',
    'http://[::ffff:a01:203]/',
    'http://[::10.1.2.3]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/',
    'http://[64:ff9b::a01:203]/',
    'http://[64:ff9b:1::a01:203]/',
    'http://[2001:0:a01:203::]/',
    'http://[2002:a01:203::]/',
    'http://240.0.0.1/',
    'http://192.0.0.170/',
    'http://provider.example/',
  ])('%s does not lead into private networks', async (url) => {
    expect(await urlFinding(url, NOBODY, resolve)).toMatchObject({ code: 'URL_NOT_ALLOWED' });
  });

  it('may lead to what is public; and a name may be judged only where it is connected to', async () => {
    expect(await urlFinding('https://93.184.216.34/', NOBODY, resolve)).toBeNull();
    expect(await urlFinding('https://[2606:2800:220:1::1]/', NOBODY, resolve)).toBeNull();
    expect(await urlFinding('https://metadata.example/', NOBODY, null)).toBeNull();
    expect(await urlFinding('https://10.1.2.3/', NOBODY, null)).not.toBeNull();
    const lookup = (name: string) =>
      new Promise<unknown>((done) => judgedLookup('PUBLIC')(name, { all: true }, (error) => done(error)));
    expect(await lookup('localhost')).toBeInstanceOf(ForbiddenAddress);
  });
});

describe('a URL', () => {
  it.each(['http://provider.example/graphql', 'https://provider.example:8443/', 'http://10.1.2.3/'])(
    '%s may be asked',
    async (url) => {
      expect(await urlFinding(url, APPROVED, resolve)).toBeNull();
    },
  );

  it.each([
    'http://localhost/',
    'http://127.0.0.1:8080/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fe80::1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/',
    'http://metadata.example/',
    'http://rebound.example/',
    'http://six.example/',
    'http://unknown.example/',
    'http://user:secret@provider.example/',
    'file:///etc/passwd',
    'ftp://provider.example/',
    'not a url',
  ])('%s may not', async (url) => {
    expect(await urlFinding(url, APPROVED, resolve)).toMatchObject({ code: 'URL_NOT_ALLOWED' });
  });

  it('may be anywhere when the administrator has approved its host', async () => {
    expect(
      await urlFinding('http://127.0.0.1:4001/', { ...NOBODY, allowed: ['127.0.0.1:4001'] }, resolve),
    ).toBeNull();
    expect(
      await urlFinding('http://127.0.0.1:4002/', { ...NOBODY, allowed: ['127.0.0.1:4001'] }, resolve),
    ).not.toBeNull();
  });
});

describe('the schema that a service runs', () => {
  const published = 'type Query { a: Int b(c: Int): String } "what" type T @key(fields: "d") { d: ID }';
  it('is the same in another order, without descriptions, and with what federation adds', () => {
    const running = `type T @key(fields: "d") { "x" d: ID } scalar _Any type _Service { sdl: String }
      type Query { b(c: Int): String a: Int _service: _Service! }`;
    expect(mismatchFinding(published, running)).toBeNull();
  });

  it.each([
    'type Query { a: Int } type T @key(fields: "d") { d: ID }',
    'type Query { a: String b(c: Int): String } type T @key(fields: "d") { d: ID }',
    'type Query { a: Int b(c: Int): String } type T { d: ID }',
    'nonsense {',
  ])('is another: %s', (running) => {
    expect(mismatchFinding(published, running)).toMatchObject({ code: 'SCHEMA_MISMATCH' });
  });
});
