import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { type Handler, sendJson } from '../router.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};

/** Everything that the page loads comes from here: no other host is ever asked. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'", // The editor writes its own styles.
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Serves the explorer's built files from memory; 404 for everything else. */
export function serveExplorer(root: string): Handler {
  const files = readFiles(join(root, 'dist', 'explorer'));
  return (request, response, url) => {
    const path = url.pathname === '/' ? '/index.html' : url.pathname;
    const bytes = files.get(path);
    if (!bytes || (request.method !== 'GET' && request.method !== 'HEAD')) {
      sendJson(response, 404, { error: '没有这个地址 There is nothing at this address' });
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'content-length': bytes.length,
      'cache-control': path === '/index.html' ? 'no-cache' : 'public, max-age=3600',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  };
}

function readFiles(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  if (!existsSync(folder)) return files;
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, entry);
    if (statSync(path).isFile())
      files.set(`/${relative(folder, path).split(sep).join('/')}`, readFileSync(path));
  }
  return files;
}
