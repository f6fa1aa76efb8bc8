const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** Is a text a unified social credit code (统一社会信用代码) with the right check character? GB 32100: weights 3^i mod 31. */
export function isCreditCode(text: string): boolean {
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(text)) return false;
  let sum = 0;
  for (let index = 0, weight = 1; index < 17; index++, weight = (weight * 3) % 31)
    sum += ALPHABET.indexOf(text.charAt(index)) * weight;
  return ALPHABET.charAt((31 - (sum % 31)) % 31) === text.charAt(17);
}
