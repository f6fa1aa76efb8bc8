/** Identifiers that Chinese departments share: how they are checked and completed. */

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const ID_CHECKS = '10X98765432';

/** The check character of a citizen's ID number, from its first 17 digits (GB 11643). */
export function idNumberCheck(digits: string): string {
  const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
  return ID_CHECKS.charAt(sum % 11);
}

export function isIdNumber(text: string): boolean {
  return /^\d{17}[\dX]$/.test(text) && text.endsWith(idNumberCheck(text.slice(0, 17)));
}

const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** The check character of a unified social credit code, from its first 17 characters (GB 32100). */
export function creditCodeCheck(body: string): string {
  let weight = 1;
  let sum = 0;
  for (const character of body) {
    sum += CREDIT_ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return CREDIT_ALPHABET.charAt((31 - (sum % 31)) % 31);
}

export function isCreditCode(text: string): boolean {
  return /^[0-9A-HJ-NPQRTUWXY]{18}$/.test(text) && text.endsWith(creditCodeCheck(text.slice(0, 17)));
}
