/** Asks the exchange API; the data, or an error with the words of the first refusal. */
export async function askExchange<T>(
  token: string,
  query: string,
  variables: Record<string, unknown>,
): Promise<T> {
  const response = await fetch('/exchange', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: T; errors?: { message: string }[] };
  const [refusal] = errors ?? [];
  if (refusal || !data) throw new Error(refusal?.message ?? `HTTP ${response.status}`);
  return data;
}
