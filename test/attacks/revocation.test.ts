import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Custom, startCustom } from '../e2e/custom.ts';

let custom: Custom;
/** Opened when the provider may answer. */
let open: () => void = () => undefined;
const gate = new Promise<void>((resolve) => {
  open = resolve;
});
let asked = 0;

beforeAll(async () => {
  custom = await startCustom(
    {
      people: {
        sdl: `type Query { person: Person @sharing(class: UNCONDITIONAL) }
          type Person @sharing(class: UNCONDITIONAL) { name: String phone: String @sharing(class: CONDITIONAL) }`,
        resolvers: {
          Query: { person: () => ({ name: '某人' }) },
          Person: {
            phone: async () => {
              asked++;
              await gate;
              return '13900000000';
            },
          },
        },
      },
    },
    ['Person.phone'],
  );
});
afterAll(() => custom.close());

test('a right that is revoked while the provider is asked gives nothing of what it then answers', async () => {
  const first = custom.ask('{ person { name phone } }');
  await vi.waitFor(() => expect(asked).toBe(1), { timeout: 10_000 });
  custom.revoke();
  // Another query is refused: the revocation has arrived, and the first is still waiting for its provider.
  await vi.waitFor(
    async () => {
      const { errors } = await Promise.race([custom.ask('{ person { p: phone } }'), stillWaiting()]);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['GRANT_REQUIRED']);
    },
    { timeout: 10_000, interval: 200 },
  );
  const before = asked;
  open();
  const answer = await first;
  expect(answer.data).toEqual({ person: { name: '某人', phone: null } });
  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['GRANT_REQUIRED']);
  expect(JSON.stringify(answer)).not.toContain('13900000000');
  expect(asked).toBe(before); // It is fetched again, without the item.
});

/** A query that still has the right waits at the gate like the first. */
async function stillWaiting(): Promise<{ errors: { extensions: Record<string, unknown> }[] }> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { errors: [] };
}
