import { mkdirSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EDUCATION, purpose, type System, startSystem } from './system.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Nothing that the browser itself would ask of other hosts. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let system: System;
let browser: Browser;
let page: Page;
const foreign: string[] = [];
const faults: string[] = [];

beforeAll(async () => {
  system = await startSystem();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('request', (request) => {
    if (!request.url().startsWith(system.url) && !/^(data|blob):/.test(request.url()))
      foreign.push(request.url());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(system.url);
  await page.waitForSelector('.graphiql-query-editor .view-lines', { timeout: 30_000 });
});
afterAll(async () => {
  await browser?.close();
  await system?.close();
});

const execute = (): Promise<void> => page.click('.graphiql-execute-button');

test('a denied item is explained in Chinese and English', async () => {
  await execute();
  const card = page.locator('.error[data-code="WITHHELD"]');
  await card.waitFor({ timeout: 20_000 });
  const text = await card.textContent();
  expect(text).toContain('Person.photoDigest');
  expect(text).toContain('不予共享');
  expect(text).toContain('is withheld from sharing');
  expect(text).toContain('云溪市公安局');
});

test('the documentation shows class, purposes and provider of a field', async () => {
  await page.getByLabel('Show Documentation Explorer').click();
  await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Query', exact: true }).click();
  await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'person', exact: true }).click();
  const text = await page.locator('.graphiql-doc-explorer').textContent();
  expect(text).toContain('无条件共享 UNCONDITIONAL');
  expect(text).toContain('云溪市公安局');
  if (process.env.UPDATE_IMAGES) {
    mkdirSync('docs/images', { recursive: true });
    await page.screenshot({ path: 'docs/images/explorer.png' });
  }
});

test('a denied item leads to an application with everything filled in, which can be submitted there', async () => {
  const visitor = await browser.newPage();
  visitor.on('pageerror', (error) => faults.push(error.message));
  const denied = await system.ask(
    `query ${purpose()} { person(idNumber: "${system.examples.person}") { insuranceMonths } }`,
    { as: EDUCATION },
  );
  await visitor.goto(String(denied.errors[0]?.extensions.apply));
  const form = visitor.locator('.application form');
  await form.waitFor({ timeout: 30_000 });
  // Whoever was denied it applies, whichever department the page would begin with.
  expect(await visitor.locator('select[name=department]').inputValue()).toBe('11990101MB0000013G');
  const text = await form.textContent();
  expect(text).toContain('Person.insuranceMonths');
  expect(text).toContain('云溪市人力资源和社会保障局');
  expect(await form.locator('input[value=ADMINISTRATIVE_BASIS]').isChecked()).toBe(true);
  await form.locator('input[name=duties]').fill('不动产登记');
  await form.locator('input[name=legalBasis]').fill('《不动产登记暂行条例》');
  await form.locator('button[type=submit]').click();
  const submitted = visitor.locator('.application .submitted');
  await submitted.waitFor();
  expect(await submitted.textContent()).toContain('SUBMITTED');
  await visitor.close();
});

test('the purpose helper writes @purpose into the operation, in place of one that is there', async () => {
  await page.selectOption('select[name=use]', 'DATA_VERIFICATION');
  await page.fill('input[name=matter]', 'YX-TEST-9');
  await page.click('.helpers button');
  // The editor renders in its own time.
  const text = async () =>
    ((await page.locator('.graphiql-query-editor .view-lines').textContent()) ?? '').replaceAll(
      '\u00a0',
      ' ',
    );
  await expect.poll(text).toContain('@purpose(use: DATA_VERIFICATION, matter: "YX-TEST-9")');
  expect(await text()).not.toContain('WORK_REFERENCE');
});

test('another department gets other answers', async () => {
  await page.selectOption('select[name=example]', '1');
  await execute();
  await expect.poll(() => page.locator('.error').count(), { timeout: 10_000 }).toBe(0);
  await expect
    .poll(() => page.locator('.result-window').textContent(), { timeout: 10_000 })
    .toContain('maritalStatus');
  await page.selectOption('select[name=department]', { label: '云溪市教育局 Yunxi Education Bureau' });
  await page.waitForSelector('.graphiql-query-editor .view-lines');
  await page.selectOption('select[name=example]', '1');
  await execute();
  await expect
    .poll(() => page.locator('.error[data-code="GRANT_REQUIRED"]').count(), { timeout: 10_000 })
    .toBeGreaterThan(0);
});

test('an editor that is replaced while it waits to highlight a word is no fault', async () => {
  const departments = page.locator('select[name=department] option');
  for (const index of [0, 1, 2, 0, 1, 2]) {
    await page.waitForSelector('.graphiql-query-editor .view-lines');
    await page.locator('.graphiql-query-editor .view-lines').click({ position: { x: 40, y: 8 } });
    await page.selectOption('select[name=department]', await departments.nth(index).getAttribute('value'));
    await page.waitForTimeout(300);
  }
  expect(faults).toEqual([]);
});

test('a subscription shows each change as it happens', async () => {
  await page.selectOption('select[name=example]', '4');
  const before = system.received.length;
  await execute();
  const asked = () => system.received.slice(before).some((one) => one.query.startsWith('subscription'));
  await expect.poll(asked, { timeout: 10_000 }).toBe(true);
  await system.ask(
    `mutation ${purpose('BUSINESS_COLLABORATION')} {
      registerChange(uscc: "${system.examples.enterprise}", registeredAddress: "新址9号") { uscc }
    }`,
    { as: '云溪市数据局' },
  );
  await expect
    .poll(() => page.locator('.result-window').textContent(), { timeout: 10_000 })
    .toContain('新址9号');
});

test('the page asks no other host and has no faults', () => {
  expect(foreign).toEqual([]);
  expect(faults).toEqual([]);
});
