import { loadConfiguration } from '../config.ts';
import { projectRoot } from '../files.ts';
import { readDepartments } from '../identity/index.ts';

/** `npm run -s departments [-- --json]`: the departments that the platform knows. */
const departments = readDepartments(loadConfiguration(process.env, projectRoot()).departments).all();
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify(departments, null, 2)}\n`);
} else {
  for (const { code, name, subgraph } of departments)
    process.stdout.write(`${code}  ${name}${subgraph ? `  (${subgraph})` : ''}\n`);
}
