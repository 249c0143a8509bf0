// Who is signed in: the cookies are the server's business, this only asks for them and keeps them fresh.

const PREFLIGHT = { "Adarve-Preflight": "1" };
const RENEW_AFTER_MILLISECONDS = 12 * 60 * 1000;

export interface Account {
  email: string;
  name: string;
}

export interface Settings {
  demo: boolean;
}

let renewedAt = 0;
let account: Account | null = null;

export async function loadSettings(): Promise<Settings> {
  const response = await fetch("/explorer/settings.json");
  return (await response.json()) as Settings;
}

async function post(address: string, body?: unknown): Promise<Response> {
  return fetch(address, {
    method: "POST",
    credentials: "same-origin",
    headers: { ...PREFLIGHT, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

async function messageOf(response: Response): Promise<string> {
  try {
    const { errors } = (await response.json()) as { errors?: { message: string }[] };
    return errors?.[0]?.message ?? `The server answered ${response.status}.`;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

async function opened(response: Response): Promise<Account> {
  if (!response.ok) {
    throw new Error(await messageOf(response));
  }
  renewedAt = Date.now();
  account = (await response.json()) as Account;
  return account;
}

/** Returns who is signed in, with a fresh token; null if nobody is. */
export async function renew(): Promise<Account | null> {
  if (!document.cookie.includes("user=")) {
    return null;
  }
  const response = await post("/session/renew");
  if (response.status === 401) {
    account = null;
    return null;
  }
  return opened(response);
}

/** Renews the token if it is about to end; called before whatever needs it. */
export async function keepFresh(): Promise<void> {
  if (account !== null && Date.now() - renewedAt > RENEW_AFTER_MILLISECONDS) {
    await renew();
  }
}

export async function signInToDemo(email: string): Promise<Account> {
  return opened(await post("/demo/sign-in", { email }));
}

export async function signIn(email: string, password: string): Promise<Account> {
  const query =
    "mutation ($email: EmailAddress!, $password: String!) { signIn(email: $email, password: $password) { user { email name } } }";
  const response = await post("/api", { query, variables: { email, password } });
  const { data, errors } = (await response.json()) as {
    data?: { signIn: { user: Account } | null } | null;
    errors?: { message: string }[];
  };
  if (!data?.signIn) {
    throw new Error(errors?.[0]?.message ?? "Signing in failed.");
  }
  renewedAt = Date.now();
  account = data.signIn.user;
  return account;
}

export async function signOut(): Promise<void> {
  await post("/api", { query: "mutation { signOut { success } }" });
  account = null;
}
