import { z } from 'zod';
import { storedToken } from './tokens.ts';

/** The gateway could not be asked, or refused: exit code 2 with its words. */
export class ClientError extends Error {}

const DEFAULT_URL = 'http://127.0.0.1:4000';

const Answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

/** The gateway's address: `LIANCHA_URL`, by default the local one. */
export function gatewayUrl(environment: NodeJS.ProcessEnv): string {
  return (environment.LIANCHA_URL || DEFAULT_URL).replace(/\/(graphql|exchange)?\/?$/, '');
}

/** Asks the exchange API; the answer's `data` as `schema` has it. */
export async function askExchange<T>(
  url: string,
  token: string,
  query: string,
  variables: Record<string, unknown>,
  schema: z.ZodType<T>,
): Promise<T> {
  const response = await send(`${url}/exchange`, { query, variables }, { authorization: `Bearer ${token}` });
  const parsed = Answer.safeParse(response);
  if (!parsed.success) throw new ClientError(`${url} 不是联查网关 is no Liancha gateway`);
  const { errors = [], data } = parsed.data;
  if (errors.length > 0) throw new ClientError(errors.map(({ message }) => message).join('\n'));
  return schema.parse(data);
}

/** Downloads a file of the gateway. */
export async function download(url: string, token: string, path: string): Promise<Buffer> {
  const response = await reach(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new ClientError(`${url}${path}: HTTP ${response.status} ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

const Departments = z.array(
  z.object({ code: z.string(), name: z.string(), subgraph: z.string().nullable() }),
);
const Token = z.object({ token: z.string() });

/** As whom a demonstration gateway is asked. */
export interface Wanted {
  readonly subgraph?: string;
  readonly department?: string;
}

/**
 * A token to ask with: `LIANCHA_TOKEN`, the one that `liancha login` has kept, or at a demonstration gateway a demonstration
 * login: as the department that publishes `subgraph`, or as the one that `department` names, which goes before what is kept.
 */
export async function login(environment: NodeJS.ProcessEnv, url: string, wanted: Wanted): Promise<string> {
  if (environment.LIANCHA_TOKEN) return environment.LIANCHA_TOKEN;
  const stored = wanted.department === undefined ? storedToken(environment, url) : undefined;
  return stored ?? loginAnew(url, wanted);
}

/** A demonstration login. */
export async function loginAnew(url: string, wanted: Wanted): Promise<string> {
  const listed = Departments.safeParse(await send(`${url}/demonstration/departments`));
  if (!listed.success)
    throw new ClientError(
      '请先登录：liancha login --token-stdin，或设置 LIANCHA_TOKEN（部门令牌）。\n' +
        'Log in first (liancha login --token-stdin), or set LIANCHA_TOKEN to a token of your department.',
    );
  const named = listed.data.find((one) => one.code === wanted.department || one.name === wanted.department);
  if (wanted.department !== undefined && !named)
    throw new ClientError(`部门未登记 no such department: ${wanted.department}`);
  const owner = listed.data.find((one) => one.subgraph === wanted.subgraph && wanted.subgraph !== undefined);
  const department = named ?? owner ?? listed.data[0];
  const token = Token.safeParse(await send(`${url}/demonstration/token`, { department: department?.code }));
  if (!token.success) throw new ClientError('演示登录失败 the demonstration login has failed');
  return token.data.token;
}

async function send(url: string, body?: object, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await reach(url, {
    headers: { 'content-type': 'application/json', ...headers },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  try {
    return await response.json();
  } catch {
    return null;
  }
}

async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch {
    throw new ClientError(
      `无法连接网关 ${url}。请先运行 npm start，或设置 LIANCHA_URL。\nThe gateway cannot be reached: run npm start, or set LIANCHA_URL.`,
    );
  }
}
