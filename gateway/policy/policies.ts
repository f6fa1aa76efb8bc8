import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';

/** What annotations of a policy say: the reason that consumers see, and what must be done with the value. */
export interface PolicyNotes {
  readonly code: string | null;
  readonly obligation: string | null;
}

/** The policies of the house, by id. */
export interface PolicyTexts {
  readonly schema: string;
  readonly policies: Readonly<Record<string, string>>;
  readonly notes: ReadonlyMap<string, PolicyNotes>;
}

const CODES = new Set(['ZONE_MISMATCH', 'WITHHELD', 'PURPOSE_NOT_ALLOWED']);
const OBLIGATIONS = new Set(['mask']);

/** Reads and validates `*.cedar` against `liancha.cedarschema`. Throws, naming file, policy and fault. */
export function readPolicies(folder: string): PolicyTexts {
  const schema = readFileSync(join(folder, 'liancha.cedarschema'), 'utf8');
  const policies: Record<string, string> = {};
  const notes = new Map<string, PolicyNotes>();
  const files = readdirSync(folder)
    .filter((one) => one.endsWith('.cedar'))
    .sort();
  if (files.length === 0) throw new Error(`there are no policies in ${folder}`);
  for (const file of files) {
    const parts = cedar.policySetTextToParts(readFileSync(join(folder, file), 'utf8'));
    if (parts.type === 'failure') throw new Error(`${file}: ${describe(parts.errors)}`);
    if (parts.policy_templates.length > 0) throw new Error(`${file}: templates are not used here`);
    for (const text of parts.policies) {
      const { id, ...noted } = notesOf(file, text);
      if (policies[id] !== undefined) throw new Error(`${file}: the policy id ${id} is used twice`);
      policies[id] = text;
      notes.set(id, noted);
    }
  }
  validatePolicies(schema, policies);
  return { schema, policies, notes };
}

/** Strict validation; throws with every error and warning. */
export function validatePolicies(schema: string, policies: Readonly<Record<string, string>>): void {
  const result = cedar.validate({
    schema,
    policies: { staticPolicies: { ...policies } },
    validationSettings: { mode: 'strict' },
  });
  if (result.type === 'failure') throw new Error(`policies cannot be validated: ${describe(result.errors)}`);
  const faults = [...result.validationErrors, ...result.validationWarnings];
  if (faults.length > 0) {
    throw new Error(faults.map(({ policyId, error }) => `policy ${policyId}: ${error.message}`).join('\n'));
  }
}

function notesOf(file: string, text: string): PolicyNotes & { readonly id: string } {
  const json = cedar.policyToJson(text);
  if (json.type === 'failure') throw new Error(`${file}: ${describe(json.errors)}`);
  const { effect, annotations = {} } = json.json;
  const { id, code = null, obligation = null } = annotations;
  if (id === undefined) throw new Error(`${file}: a policy has no @id`);
  if (effect === 'forbid' && (code === null || !CODES.has(code)))
    throw new Error(`${file}: forbid ${id} needs a known @code`);
  if (obligation !== null && !OBLIGATIONS.has(obligation))
    throw new Error(`${file}: ${id} has an unknown @obligation`);
  return { id, code, obligation };
}

export function describe(errors: readonly { readonly message: string }[]): string {
  return errors.map((one) => one.message).join('; ');
}
