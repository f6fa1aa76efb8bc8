import type { Language } from '../errors.ts';

/** The reader's language by `Accept-Language` (RFC 9110 §12.5.4): Chinese unless English is preferred. */
export function languageOf(header: string | undefined): Language {
  if (header === undefined) return 'zh-CN';
  let best: Language = 'zh-CN';
  let weight = 0;
  for (const part of header.split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const quality = parameters.map((one) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(one)?.[1]).find(Boolean);
    const own = quality === undefined ? 1 : Number(quality);
    const language = tag.startsWith('en') ? 'en' : tag.startsWith('zh') ? 'zh-CN' : null;
    if (language && own > weight) [best, weight] = [language, own];
  }
  return best;
}
