import { describe, expect, it } from 'vitest';
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

describe('a URL', () => {
  it.each(['http://provider.example/graphql', 'https://provider.example:8443/', 'http://10.1.2.3/'])(
    '%s may be asked',
    async (url) => {
      expect(await urlFinding(url, [], resolve)).toBeNull();
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
    expect(await urlFinding(url, [], resolve)).toMatchObject({ code: 'URL_NOT_ALLOWED' });
  });

  it('may be anywhere when the administrator has approved its host', async () => {
    expect(await urlFinding('http://127.0.0.1:4001/', ['127.0.0.1:4001'], resolve)).toBeNull();
    expect(await urlFinding('http://127.0.0.1:4002/', ['127.0.0.1:4001'], resolve)).not.toBeNull();
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
