import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseGrants } from '../../../gateway/policy/grants/grant.ts';
import { createPolicy, fileGrants, type Grant } from '../../../gateway/policy/index.ts';
import type { SharingRule } from '../../../gateway/registry/index.ts';
import { type DepartmentCode, type Principal, USES, type Use } from '../../../gateway/words.ts';

const code = '11990101MB0000011A' as DepartmentCode;
const principal: Principal = {
  department: code,
  departmentName: 'x',
  roles: ['CONSUMER'],
  operator: 'y',
  zone: 'EXTRANET',
};
const NOW = Date.parse('2026-06-01T00:00:00+08:00');

function rule(more: Partial<SharingRule> = {}): SharingRule {
  return {
    coordinate: 'Person.phone' as SharingRule['coordinate'],
    class: 'UNCONDITIONAL',
    classified: true,
    purposes: new Set(USES),
    matchOnly: new Set(),
    masks: new Map(),
    zones: new Set(),
    provider: { code, name: 'p' },
    requires: [],
    ...more,
  };
}

function grant(more: Partial<Grant> = {}): Grant {
  return {
    id: 'G-2026-0001' as Grant['id'],
    department: code,
    coordinates: ['Person.phone'],
    uses: ['ADMINISTRATIVE_BASIS'],
    validFrom: NOW - 1_000,
    validUntil: NOW + 1_000,
    scope: [],
    masks: new Map(),
    quotaPerDay: null,
    contact: null,
    ...more,
  };
}

function decide(
  of: SharingRule,
  grants: readonly Grant[] = [],
  use: Use = 'ADMINISTRATIVE_BASIS',
  who = principal,
) {
  const source = { current: () => grants, onChange: () => () => undefined, close: () => undefined };
  const policy = createPolicy({ folder: 'policies', grants: source, zone: 'EXTRANET', now: () => NOW });
  return policy.entitle(who, use).decide(of);
}

const conditional = rule({ class: 'CONDITIONAL' });
const matched = { matchOnly: new Set<Use>(['ADMINISTRATIVE_BASIS']) };
const masked = { masks: new Map([['WORK_REFERENCE', 'NAME']] as const) };

test.each<[string, ReturnType<typeof decide>, object]>([
  ['unconditional', decide(rule()), { effect: 'ALLOW', policies: ['unconditional'] }],
  [
    'unconditional, masked for the use',
    decide(rule(masked), [], 'WORK_REFERENCE'),
    { effect: 'MASK', mask: 'NAME' },
  ],
  ['unconditional, masked for another use', decide(rule(masked)), { effect: 'ALLOW' }],
  [
    'another use',
    decide(rule({ purposes: new Set(['WORK_REFERENCE']) })),
    { effect: 'DENY', code: 'PURPOSE_NOT_ALLOWED' },
  ],
  [
    'withheld',
    decide(rule({ class: 'WITHHELD' })),
    { effect: 'DENY', code: 'WITHHELD', policies: ['withheld'] },
  ],
  [
    'only to be matched, although the uses name it',
    decide(rule(matched)),
    { effect: 'DENY', code: 'PURPOSE_NOT_ALLOWED', policies: ['match-only'] },
  ],
  [
    'only to be matched, with a grant',
    decide(rule({ class: 'CONDITIONAL', ...matched }), [grant()]),
    { effect: 'DENY', code: 'PURPOSE_NOT_ALLOWED' },
  ],
  [
    'withheld, with a grant',
    decide(rule({ class: 'WITHHELD' }), [grant()]),
    { effect: 'DENY', code: 'WITHHELD' },
  ],
  [
    'unclassified',
    decide(rule({ classified: false })),
    { effect: 'DENY', code: 'WITHHELD', policies: ['unclassified'] },
  ],
  [
    'of the other network',
    decide(rule({ zones: new Set(['INTRANET']) })),
    { effect: 'DENY', code: 'ZONE_MISMATCH' },
  ],
  [
    'asked from the other network',
    decide(rule(), [], 'WORK_REFERENCE', { ...principal, zone: 'INTRANET' }),
    { effect: 'DENY', code: 'ZONE_MISMATCH' },
  ],
  [
    'conditional',
    decide(conditional),
    { effect: 'DENY', code: 'GRANT_REQUIRED', policies: ['default-deny'] },
  ],
  [
    'granted',
    decide(conditional, [grant()]),
    { effect: 'ALLOW', grants: ['G-2026-0001'], policies: ['grant:G-2026-0001'] },
  ],
  ['granted by type', decide(conditional, [grant({ coordinates: ['Person.*'] })]), { effect: 'ALLOW' }],
  [
    'granted, but masked for the use',
    decide(
      rule({ class: 'CONDITIONAL', ...masked }),
      [grant({ uses: ['WORK_REFERENCE'] })],
      'WORK_REFERENCE',
    ),
    { effect: 'MASK', mask: 'NAME', grants: ['G-2026-0001'] },
  ],
  [
    'granted for another use',
    decide(conditional, [grant({ uses: ['WORK_REFERENCE'] })]),
    { effect: 'DENY', code: 'GRANT_REQUIRED' },
  ],
  [
    'granted to another department',
    decide(conditional, [grant({ department: '11990101MB0000013G' as DepartmentCode })]),
    { effect: 'DENY', code: 'GRANT_REQUIRED' },
  ],
  [
    'granted for another item',
    decide(conditional, [grant({ coordinates: ['Person.phoneNumber'] })]),
    { effect: 'DENY', code: 'GRANT_REQUIRED' },
  ],
  [
    'granted once',
    decide(conditional, [grant({ validFrom: 0, validUntil: NOW })]),
    { effect: 'DENY', code: 'GRANT_EXPIRED' },
  ],
  [
    'granted from tomorrow',
    decide(conditional, [grant({ validFrom: NOW + 1, validUntil: NOW + 2 })]),
    { effect: 'DENY', code: 'GRANT_REQUIRED' },
  ],
  [
    'an argument that tests a granted item',
    decide(
      rule({
        class: 'CONDITIONAL',
        coordinate: 'F.x' as SharingRule['coordinate'],
        tests: 'Person.phone' as SharingRule['coordinate'],
      }),
      [grant()],
    ),
    { effect: 'ALLOW' },
  ],
])('%s', (_, decision, expected) => {
  expect(decision).toMatchObject(expected);
});

test('entitlements that decide differently have different keys', () => {
  const keyWith = (grants: readonly Grant[]) => {
    const source = { current: () => grants, onChange: () => () => undefined, close: () => undefined };
    return createPolicy({ folder: 'policies', grants: source, zone: 'EXTRANET', now: () => NOW }).entitle(
      principal,
      'ADMINISTRATIVE_BASIS',
    ).key;
  };
  const ended = grant({ validFrom: 0, validUntil: NOW });
  expect(new Set([keyWith([]), keyWith([grant()]), keyWith([ended])]).size).toBe(3);
});

test('a grant begins and ends by the clock, without anything being read again', () => {
  let now = NOW - 2_000;
  const source = { current: () => [grant()], onChange: () => () => undefined, close: () => undefined };
  const policy = createPolicy({ folder: 'policies', grants: source, zone: 'EXTRANET', now: () => now });
  const effects = [NOW - 2_000, NOW, NOW + 1_000].map((at) => {
    now = at;
    return policy.entitle(principal, 'ADMINISTRATIVE_BASIS').decide(conditional).effect;
  });
  expect(effects).toEqual(['DENY', 'ALLOW', 'DENY']);
});

let folder: string | undefined;
afterEach(() => {
  if (folder) rmSync(folder, { recursive: true });
  folder = undefined;
});

test.each([
  ['does not parse', 'permit (', /liancha.cedar/],
  ['has no id', 'permit (principal, action, resource);', /@id/],
  [
    'speaks of what does not exist',
    '@id("x") permit (principal, action == Action::"disclose", resource) when { resource.nothing };',
    /policy x/,
  ],
  [
    'forbids without a reason',
    '@id("x") forbid (principal, action == Action::"disclose", resource);',
    /@code/,
  ],
])('a policy that %s stops the start', (_, text, message) => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-policies-'));
  cpSync('policies/liancha.cedarschema', join(folder, 'liancha.cedarschema'));
  writeFileSync(join(folder, 'liancha.cedar'), text);
  const source = { current: () => [], onChange: () => () => undefined, close: () => undefined };
  expect(() =>
    createPolicy({ folder: folder ?? '', grants: source, zone: 'EXTRANET', now: Date.now }),
  ).toThrow(message);
});

test('a grants file that is spoilt grants nothing, and one that is mended grants again', async () => {
  folder = mkdtempSync(join(tmpdir(), 'liancha-grants-'));
  const path = join(folder, 'grants.yaml');
  const good = readFileSync('policies/grants.yaml', 'utf8');
  writeFileSync(path, good);
  const quiet = { error: () => undefined, info: () => undefined };
  const source = fileGrants(path, () => true, quiet);
  const next = () =>
    new Promise<void>((resolve) => {
      source.onChange(resolve);
    });
  expect(source.current().length).toBeGreaterThan(0);
  let changed = next();
  writeFileSync(path, `${good}  - nonsense`);
  await changed;
  expect(source.current()).toEqual([]);
  changed = next();
  writeFileSync(path, good);
  await changed;
  expect(source.current().length).toBeGreaterThan(0);
  source.close();
});

test.each([
  '{ __proto__: REDACT }',
  '{ __proto__: { Person.phone: REDACT } }',
  '{ Person.phone: REDACT, __proto__: null }',
])('no key of a grants file is left out in silence: masks %s', (masks) => {
  const grants = readFileSync('policies/grants.yaml', 'utf8').replace(
    /^( +)uses:/m,
    `$1masks: ${masks}\n$1uses:`,
  );
  expect(() => parseGrants(parse(grants), () => true)).toThrow('__proto__');
});
