import { createHash, createHmac } from 'node:crypto';
import { remembered } from './remembered.ts';
import { openSecrets, type SecretKey } from './secrets.ts';
import { type Subjects, SubjectTable } from './subject-table.ts';
import { digestOf, type SuiteName } from './suite.ts';

/**
 * How the ledger speaks of personal data without holding it. An ID number, an operation with one in it, and an answer
 * like `{"married":true}` can all be guessed; a plain hash would confirm the guess to everyone who reads the ledger.
 */
export interface KeyedHashes {
  /** Ids of the keys in use, as records carry them. */
  readonly keys: { readonly subjectKey: string; readonly digestKey: string };
  /** Whom data is about: the same hash each time, so that a person's disclosures are found. */
  subject(value: string): string;
  /** Whom one answer is about. */
  gatherSubjects(): Subjects;
  /** An operation, by the plain hash of its text: the same hash each time. */
  operation(plainHash: string): string;
  /** Variables or answer of one disclosure: another hash each time, provable for one disclosure by its salt alone. */
  content(disclosure: string, content: string | Buffer): string;
}

const KEPT_HASHES = 10_000;

/** Opens the keys in `keyFolder`, made when missing; the newest are used. */
export function openKeyedHashes(keyFolder: string, suite: SuiteName): KeyedHashes {
  const subjects = openSecrets(keyFolder, 'subjects');
  const digests = openSecrets(keyFolder, 'digests');
  return keyedHashes(suite, subjects.at(-1) ?? subjects[0], digests.at(-1) ?? digests[0]);
}

export function keyedHashes(suite: SuiteName, subjects: SecretKey, digests: SecretKey): KeyedHashes {
  const table = new SubjectTable((text) => keyedHash(suite, subjects.secret, text));
  const operation = remembered(KEPT_HASHES, (text) => keyedHash(suite, digests.secret, text));
  let salted = '';
  let salt: Buffer = Buffer.alloc(0);
  return {
    keys: { subjectKey: subjects.id, digestKey: digests.id },
    subject: (value) => table.hashOf(value),
    gatherSubjects: () => table.gather(),
    operation,
    content(disclosure, content) {
      // Variables and answer of one disclosure follow each other.
      if (disclosure !== salted) salt = saltOf(suite, digests.secret, disclosure);
      salted = disclosure;
      return createHash(digestOf(suite)).update(salt).update(content).digest('base64url');
    },
  };
}

/** A subject's hashes under all keys, the old ones included: in whichever period, the person is found. */
export function subjectHashes(keyFolder: string, suite: SuiteName, value: string): readonly string[] {
  return openSecrets(keyFolder, 'subjects').map(({ secret }) => keyedHash(suite, secret, value));
}

/**
 * The salt of one disclosure: with it, and without any key, whoever holds the variables or the answer shows that they are
 * the ones on record: digest = H(salt ‖ content). It opens no other disclosure.
 */
export function revealSalt(
  keyFolder: string,
  suite: SuiteName,
  disclosure: string,
  key: string,
): Buffer | null {
  const used = openSecrets(keyFolder, 'digests').find(({ id }) => id === key);
  return used ? saltOf(suite, used.secret, disclosure) : null;
}

function saltOf(suite: SuiteName, secret: Buffer, disclosure: string): Buffer {
  return createHmac(digestOf(suite), secret).update(disclosure).digest();
}

function keyedHash(suite: SuiteName, secret: Buffer, text: string): string {
  return createHmac(digestOf(suite), secret).update(text).digest('base64url');
}
