import { z } from 'zod';
import type { Authorize, ServiceAnswer, ServiceCalls } from './service-call.ts';

const Answer = z.object({ data: z.object({ _service: z.object({ sdl: z.string() }) }) });

export type RunningSdl =
  | { readonly ok: true; readonly sdl: string }
  /** Why it does not tell, and what to do; Chinese first. */
  | { readonly ok: false; readonly why: string };

/** The SDL that a running subgraph says it runs. */
export async function runningSdl(service: ServiceCalls, authorize: Authorize): Promise<RunningSdl> {
  const answer = await service.ask({ query: '{ _service { sdl } }', authorize });
  const why = answer.ok ? whyStatus(answer.status) : whyNone(answer);
  if (why !== null) return { ok: false, why };
  const text = answer.ok ? answer.text : '';
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return {
      ok: false,
      why: '应答不是 JSON，请检查地址是否为 GraphQL 端点。 It answers, but not in JSON: is that the address of its GraphQL endpoint?',
    };
  }
  const parsed = Answer.safeParse(json);
  if (parsed.success) return { ok: true, sdl: parsed.data.data._service.sdl };
  return {
    ok: false,
    why: '应答中没有 _service { sdl }，请以联邦子图方式提供服务。 It answers, but not _service { sdl }: serve the schema as a federation subgraph.',
  };
}

function whyStatus(status: number): string | null {
  if (status === 200) return null;
  const http = `HTTP ${status}`;
  if (status === 401 || status === 403)
    return `拒绝了网关的断言（${http}）。请检查其读取的网关公钥（/.well-known/jwks.json）、子图名（aud）与时钟。 It refuses the gateway’s assertion: look at the keys that it reads, the name of the subgraph (aud) and its clock.`;
  if (status === 404 || status === 405)
    return `该路径没有服务（${http}）。请检查地址的路径。 Nothing answers a POST at this path: look at the path of the address.`;
  if (status >= 300 && status < 400)
    return `应答为重定向（${http}），不予跟随。请填写最终地址。 It redirects, which is not followed: state the address that it leads to.`;
  if (status >= 500)
    return `服务出错（${http}）。请查看其日志。 The service, or a proxy before it, has failed: look at its log.`;
  return `应答 ${http}。请检查其是否接受 JSON 格式的 POST。 Does it take a POST of JSON?`;
}

type NoAnswer = Extract<ServiceAnswer, { ok: false }>;

const TLS = /^(ERR_TLS|ERR_SSL|CERT_|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

function whyNone(answer: NoAnswer): string {
  if (answer.why === 'TOO_LARGE')
    return '应答超过 2 MB。请检查地址。 Its answer is larger than 2 MB: is that its GraphQL endpoint?';
  const { code, name, message } = factsOf(answer.error);
  if (code === 'ECONNREFUSED')
    return '连接被拒绝（ECONNREFUSED）：服务没有运行，或端口不对。 The connection is refused: the service does not run, or listens on another port.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA')
    return `主机名无法解析（${code}）。请检查地址与 DNS。 The host’s name is not found: look at the address and at DNS.`;
  if (TLS.test(code))
    return `TLS 连接失败（${code}）。请检查证书、证书链与主机名，或是否误用 https。 TLS has failed: look at the certificate, its chain and name, and whether it speaks TLS at all.`;
  if (code.startsWith('HPE_'))
    return `应答不是 HTTP（${code}）。是否应使用 https？ It does not speak HTTP: should the address begin with https?`;
  if (name === 'TimeoutError' || code.endsWith('TIMEOUT') || code === 'ETIMEDOUT')
    return '5 秒内没有应答。请检查防火墙与服务。 No answer within 5 s: look at firewalls, and at the service.';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return `网络不可达（${code}）。请检查路由与防火墙。 There is no way to it: look at routes and firewalls.`;
  if (message.includes('not allowed'))
    return '主机名指向未获批准的地址。 The name leads to an address that is not allowed.';
  return `连接中断（${code || name}）。请查看服务的日志。 The connection has failed: look at the service’s log.`;
}

function factsOf(error: unknown): { code: string; name: string; message: string } {
  if (!(error instanceof Error)) return { code: '', name: '', message: '' };
  const code = 'code' in error ? String(error.code) : '';
  // Several addresses were tried: the last tells as much as any.
  if (error instanceof AggregateError && error.errors.length > 0) return factsOf(error.errors.at(-1));
  return { code, name: error.name, message: error.message };
}
