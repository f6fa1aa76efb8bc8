import { disclosurePieces } from '../../../gateway/ledger/disclosure-text.ts';
import type { Disclosure } from '../../../gateway/ledger/index.ts';

/** The text of its record. */
export function disclosureText(disclosure: Disclosure): string {
  return disclosurePieces(disclosure).join('');
}

/** A disclosure of nothing in particular. */
export function disclosure(id: Disclosure['id']): Disclosure {
  return {
    id,
    time: 0,
    department: null,
    operator: null,
    use: null,
    matter: null,
    operation: 'x',
    operationName: null,
    decisions: [],
    grants: [],
    schemaRevision: '',
    policyRevision: '',
    providers: [],
    rows: 0,
    subjects: [],
    variablesDigest: '',
    answerDigest: '',
    subjectKey: '',
    digestKey: '',
    errors: [],
  };
}
