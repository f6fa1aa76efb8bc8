import { createCity } from './city/index.ts';
import { PROVIDER_NAMES, startCityProvider } from './providers.ts';

/**
 * Starts the demonstration city's six providers, each an HTTP server of its own, and says where they are in one
 * line of JSON. `LIANCHA_JWKS`: URL or file of the gateway's public keys. `PROVIDERS_PORT`: first of six ports.
 */
const jwks = process.env.LIANCHA_JWKS;
if (!jwks) {
  process.stderr.write('LIANCHA_JWKS is missing: the URL or the file of the gateway’s public keys\n');
  process.exit(2);
}
const first = Number(process.env.PROVIDERS_PORT ?? 0);
const city = createCity();
const running = await Promise.all(
  PROVIDER_NAMES.map((name, index) =>
    startCityProvider(name, city, { jwks, port: first === 0 ? 0 : first + index }),
  ),
);
const providers = running.map(({ url }, index) => ({ name: PROVIDER_NAMES[index], url }));
process.stdout.write(`${JSON.stringify({ providers })}\n`);

const stop = (): void => {
  Promise.all(running.map((one) => one.close())).then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
// `disconnect`: whoever started us is gone.
for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(event, stop);
