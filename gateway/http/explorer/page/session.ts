/** A department that can be played in the demonstration. */
export interface Department {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
}

/** The departments of the demonstration that may ask for data; null where the gateway is not one, and a token has to be pasted. */
export async function demonstrationDepartments(): Promise<readonly Department[] | null> {
  const response = await fetch('/demonstration/departments');
  if (!response.ok) return null;
  const all = (await response.json()) as readonly (Department & { readonly mayAsk: boolean })[];
  return all.filter(({ mayAsk }) => mayAsk);
}

export async function demonstrationToken(department: string): Promise<string> {
  const response = await fetch('/demonstration/token', {
    method: 'POST',
    body: JSON.stringify({ department }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}
