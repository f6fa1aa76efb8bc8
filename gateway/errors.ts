import type { DenialCode } from './words.ts';

/** Languages of every message that a person may read. */
export type Language = 'zh-CN' | 'en';

interface ErrorEntry {
  /** HTTP status when this error alone decides the response (`application/graphql-response+json`). */
  readonly status: number;
  readonly 'zh-CN': string;
  readonly en: string;
  /** What `message` is in every language, where clients compare it; the texts are in `messages`. */
  readonly wire?: string;
}

/**
 * The one catalogue of errors: stable code → HTTP status → what happened, to what, and what to do.
 * `{name}` slots are filled from the error's details, `{name?}` only where there is something to say. A test holds this list, `docs/errors.md` and use together.
 */
const CATALOGUE = {
  UNAUTHENTICATED: {
    status: 401,
    'zh-CN': '身份未通过验证：{reason}。请携带有效的令牌（Authorization: Bearer …）重新请求。',
    en: 'Not authenticated: {reason}. Send a valid token (Authorization: Bearer …).',
  },
  KEYS_UNAVAILABLE: {
    status: 503,
    'zh-CN':
      '签发者 {issuer} 的验证密钥无法读取，暂不能核实身份。请稍后重试；如持续如此，请联系平台运行单位。',
    en: 'The keys of the issuer {issuer} cannot be read, so nobody can be identified by it. Try again later; if it lasts, contact the platform operator.',
  },
  PURPOSE_REQUIRED: {
    status: 400,
    'zh-CN': '查询未说明用途。请在操作上加 @purpose(use: …, matter: "…")。',
    en: 'The operation states no purpose. Add @purpose(use: …, matter: "…") to the operation.',
  },
  PURPOSE_NOT_ALLOWED: {
    status: 403,
    'zh-CN': '{coordinate} 不得用于“{use}”。{provider}准许的用途：{allowed}。{hint?}',
    en: '{coordinate} may not be used for {use}. Uses that {provider} allows: {allowed}. {hint?}',
  },
  GRANT_REQUIRED: {
    status: 403,
    'zh-CN': '{coordinate} 属有条件共享，贵部门尚未获得授权。请向{provider}申请：{apply}',
    en: '{coordinate} is shared conditionally and your department holds no grant for it. Apply to {provider}: {apply}',
  },
  GRANT_EXPIRED: {
    status: 403,
    'zh-CN': '{coordinate} 的授权已过有效期。请向{provider}重新申请：{apply}',
    en: 'The grant for {coordinate} has expired. Apply to {provider} again: {apply}',
  },
  OUT_OF_SCOPE: {
    status: 403,
    'zh-CN': '{coordinate} 的这条记录不在授权范围内。',
    en: 'This record of {coordinate} is outside the scope of your grant.',
  },
  WITHHELD: {
    status: 403,
    'zh-CN': '{coordinate} 不予共享。依据：{basis}。如有异议，请与{provider}协商。',
    en: '{coordinate} is withheld from sharing. Basis: {basis}. To contest this, negotiate with {provider}.',
  },
  ZONE_MISMATCH: {
    status: 403,
    'zh-CN': '{coordinate?}{token?} 不属于本网络（{zone}）。请使用其所属网络的共享平台。',
    en: '{coordinate?}{token?} is not of this network ({zone}). Use the platform of its own network.',
  },
  QUOTA_EXCEEDED: {
    status: 429,
    'zh-CN': '请求超过限额（{limit}）。请在 {retryAfter} 秒后重试。',
    en: 'More was asked than is allowed ({limit}). Try again in {retryAfter} s.',
  },
  OPERATION_TOO_COMPLEX: {
    status: 400,
    'zh-CN': '操作过于复杂：{what}为 {actual}，上限 {limit}。请拆分操作或缩小范围。',
    en: 'The operation is too complex: {what} is {actual}, the limit is {limit}. Split it or ask for less.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    'zh-CN': '不能以此方法请求。可用：{allowed}。',
    en: 'This method is not for what is asked. Use: {allowed}.',
  },
  NOT_ACCEPTABLE: {
    status: 406,
    'zh-CN': '不能以所要求的媒体类型（Accept）答复。可用：{served}。',
    en: 'No answer can be given in a media type that Accept names. Served are: {served}.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    'zh-CN': '请求体未在 {timeout} 毫秒内送达。请重新请求。',
    en: 'The body did not arrive within {timeout} ms. Send the request again.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    'zh-CN': '不接受 {what}。请求体须为未压缩的 UTF-8 JSON（Content-Type: application/json）。',
    en: '{what} is not accepted. A body is JSON in UTF-8, not compressed (Content-Type: application/json).',
  },
  MISDIRECTED_REQUEST: {
    status: 421,
    'zh-CN': '网关不以此名称（Host）答复。若名称无误，请在配置 publicUrl 或 access.hosts 中登记。',
    en: 'The gateway does not answer under this name (Host). If it is right, list it in `publicUrl` or `access.hosts`.',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    'zh-CN': '此网站（Origin）的页面不得请求本网关。若应允许，请在配置 access.origins 中登记。',
    en: 'Pages of this site (Origin) may not ask this gateway. If they should, list it in `access.origins`.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 200,
    wire: 'PersistedQueryNotSupported',
    'zh-CN': '不支持以摘要代替操作文本。请发送 query 文本。',
    en: 'A hash in the place of the text is not supported. Send the text of the operation.',
  },
  OVERLOADED: {
    status: 503,
    'zh-CN': '网关正在接收的数据过多。请在 {retryAfter} 秒后重试。',
    en: 'The gateway is receiving too much at once. Try again in {retryAfter} s.',
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    'zh-CN': '请求体超过上限（{limit} 字节）。请缩小请求。',
    en: 'The request body exceeds the limit of {limit} bytes. Send a smaller request.',
  },
  SUBSCRIPTIONS_EXCEEDED: {
    status: 429,
    'zh-CN': '同时进行的订阅已达上限（{limit}）。请先结束不再需要的订阅。',
    en: 'There are as many subscriptions at once as there may be ({limit}). End those that you no longer need.',
  },
  CONSUMER_TOO_SLOW: {
    status: 200,
    'zh-CN':
      '贵方未及时接收，待取事件已超过上限（{limit}），订阅已结束。请重新订阅，并以查询补取错过的变更。',
    en: 'Your side did not keep up: more than {limit} events were waiting, so the subscription has ended. Subscribe again, and query for what you have missed.',
  },
  PROVIDER_UNAVAILABLE: {
    status: 200,
    'zh-CN': '{provider}的服务暂不可用，其信息项本次未能取得。请稍后重试。',
    en: 'The service of {provider} is unavailable, so its items could not be fetched. Try again later.',
  },
  PROVIDER_CONTRADICTION: {
    status: 200,
    'zh-CN': '{provider}的答复与所询问的记录不符，或自相矛盾，因此未予采用。请联系该部门。',
    en: 'The answer of {provider} is about another record than the one asked for, or contradicts itself, so it was not used. Contact that department.',
  },
  PROVIDER_TIMEOUT: {
    status: 200,
    'zh-CN': '{provider}的服务未在 {timeout} 毫秒内答复。请稍后重试。',
    en: 'The service of {provider} did not answer within {timeout} ms. Try again later.',
  },
  LEDGER_UNAVAILABLE: {
    status: 503,
    'zh-CN': '披露记录无法写入，因此不予答复。请联系平台运行单位。',
    en: 'The disclosure could not be recorded, so nothing is answered. Contact the platform operator.',
  },
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    'zh-CN': '操作文本有语法错误：{detail}',
    en: 'The operation has a syntax error: {detail}',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    'zh-CN': '操作不符合公布的模式：{detail}',
    en: 'The operation does not match the published schema: {detail}',
  },
  BAD_USER_INPUT: {
    status: 400,
    'zh-CN': '输入有误：{detail}',
    en: 'Bad input: {detail}',
  },
  FORBIDDEN: {
    status: 403,
    'zh-CN': '贵部门无权办理：{what}。可办理的部门：{who}。',
    en: 'Your department may not do this: {what}. It is for: {who}.',
  },
  NOT_FOUND: {
    status: 404,
    'zh-CN': '没有{what} {id}，或不对贵部门公开。',
    en: 'There is no {what} {id}, or it is not for your department to see.',
  },
  CONFLICT: {
    status: 409,
    'zh-CN': '{what} {id} 已被他人改动（现为第 {version} 版）。请重新读取后再办理。',
    en: '{what} {id} has been changed by somebody else (it is at version {version}). Read it again first.',
  },
  ILLEGAL_MOVE: {
    status: 409,
    'zh-CN': '{what} {id} 处于“{state}”，不能“{move}”。现在可以：{allowed}。',
    en: '{what} {id} is {state}: {move} is not possible. Possible now: {allowed}.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    'zh-CN': '数据库不可达，此事未办理。请稍后重试。',
    en: 'The database cannot be reached, so nothing was done. Try again later.',
  },
  ERRORS_OMITTED: {
    status: 200,
    'zh-CN': '另有 {omitted} 处错误从略，不逐一列出。',
    en: '{omitted} more errors are not listed.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    'zh-CN': '网关内部错误（编号 {id}）。未提供任何数据，请联系平台运行单位。',
    en: 'Internal error of the gateway (reference {id}). No data was given. Contact the platform operator.',
  },
} as const satisfies Record<string, ErrorEntry> & Record<DenialCode, ErrorEntry>;

export type ErrorCode = keyof typeof CATALOGUE;
export const ERROR_CODES = Object.keys(CATALOGUE) as ErrorCode[];

/** What an error is about: fills the message's slots and is shown in `extensions`. */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** An error as a value, on the query's way. The message is written when the reader's language is known. */
export interface Failure {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly path?: readonly (string | number)[];
}

const LONGEST_QUOTE = 80;
const LONGEST_DETAIL = 1_000;

/** A text for a message: what it quotes of somebody's input, and it as a whole, is cut. */
export function shortened(text: string): string {
  if (text.length <= LONGEST_QUOTE) return text;
  // Longer than what is kept is not even looked through.
  const cut = text.length > 4 * LONGEST_DETAIL ? `${text.slice(0, 4 * LONGEST_DETAIL)}…` : text;
  const quoted = cut.replace(/"[^"]*("|$)/g, (one) =>
    one.length > LONGEST_QUOTE ? `${one.slice(0, LONGEST_QUOTE)}…"` : one,
  );
  return quoted.length > LONGEST_DETAIL ? `${quoted.slice(0, LONGEST_DETAIL)}…` : quoted;
}

/** Details as they are shown. */
export function shownDetails(details: ErrorDetails): ErrorDetails {
  const shown = Object.entries(details).map(([name, one]) => [
    name,
    typeof one === 'string' ? shortened(one) : one,
  ]);
  return Object.fromEntries(shown);
}

/** HTTP status that belongs to a code. */
export function statusOf(code: ErrorCode): number {
  return CATALOGUE[code].status;
}

/** What clients of a protocol compare `message` with, where a code is of one. */
export function wireMessageOf(code: ErrorCode): string | undefined {
  const entry: ErrorEntry = CATALOGUE[code];
  return entry.wire;
}

/** Of a denial that is not the consumer's: its answer needs a provider to be sent what that department may not have. */
const NOT_SENT = {
  'zh-CN':
    '{coordinate} 须把{provider}的 {requires} 发给{recipient}，而该部门此次无权取用（{code}），因此不予查询。须由{recipient}向{provider}申请。',
  en: '{coordinate} would need {requires} of {provider} to be sent to {recipient}, which may not have it here ({code}); so nobody was asked. {recipient} has to apply to {provider}.',
};

/** The message of a code in one language, its slots filled from `details`. `recipient` is a provider whose right is missing. */
export function messageOf(code: ErrorCode, details: ErrorDetails, language: Language): string {
  const template = details.recipient === undefined ? CATALOGUE[code][language] : NOT_SENT[language];
  return template
    .replace('({code})', `(${code})`)
    .replace('（{code}）', `（${code}）`)
    .replace(/\{(\w+)(\??)\}/g, (slot, name: string, optional: string) =>
      String(details[name] ?? (optional ? '' : slot)),
    )
    .trimEnd();
}
