import { parseArgs } from 'node:util';
import { loadConfiguration } from '../config.ts';
import { projectRoot } from '../files.ts';
import { openDemonstrationIssuer, readDepartments } from '../identity/index.ts';
import { ZONES } from '../words.ts';
import { fail } from './command.ts';

/** `npm run -s token -- --department <code>`: a demonstration token, and nothing else, on standard output. */
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function readArguments() {
  try {
    return parseArgs({
      options: {
        department: { type: 'string' },
        operator: { type: 'string', default: 'demonstration' },
        zone: { type: 'string', default: 'EXTRANET' },
        'expires-in': { type: 'string', default: '24h' },
      },
    }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const values = readArguments();
const configuration = loadConfiguration(process.env, projectRoot());
const departments = readDepartments(configuration.departments);
const department = departments.byCode(values.department ?? '');
if (!department) {
  const known = departments.all().map(({ code, name }) => `  ${code}  ${name}`);
  fail(
    `请以 --department 指明部门。已登记的部门：\nName a department with --department. Registered are:\n${known.join('\n')}`,
  );
}
const zone = ZONES.find((one) => one === values.zone) ?? fail(`--zone: ${ZONES.join(' | ')}`);
const [, amount, unit = ''] =
  /^(\d+)([smhd])$/.exec(values['expires-in']) ?? fail('--expires-in: 30s, 15m, 24h');
const lifetimeSeconds = Number(amount) * (UNITS[unit] ?? 1);
if (lifetimeSeconds > configuration.longestTokenSeconds)
  fail(`--expires-in: ≤ ${configuration.longestTokenSeconds}s (longestTokenSeconds)`);
try {
  const issuer = await openDemonstrationIssuer(configuration.dataDir, process.env);
  process.stdout.write(
    `${await issuer.issue({ department: department.code, operator: values.operator, zone, lifetimeSeconds })}\n`,
  );
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
