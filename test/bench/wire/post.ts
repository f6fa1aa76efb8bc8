/** The bytes of one POST of a GraphQL operation, ready to be written. */
export function postBytes(port: number, path: string, token: string, query: string): Buffer {
  const body = JSON.stringify({ query });
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\naccept: application/json\r\n` +
      `authorization: Bearer ${token}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
