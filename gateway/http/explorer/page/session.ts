/** A department that can be played in the demonstration. */
export interface Department {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
}

/** The departments of the demonstration; null where the gateway is not one, and a token has to be pasted. */
export async function demonstrationDepartments(): Promise<readonly Department[] | null> {
  const response = await fetch('/demonstration/departments');
  return response.ok ? response.json() : null;
}

export async function demonstrationToken(department: string): Promise<string> {
  const response = await fetch('/demonstration/token', {
    method: 'POST',
    body: JSON.stringify({ department }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}
