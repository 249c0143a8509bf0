// Who is signed in, and through whose eyes they look. The cookies are the server's business, this only asks for them
// and keeps them fresh: before whatever needs them, and every twelve minutes.

const PREFLIGHT = { "Adarve-Preflight": "1" };
const RENEW_AFTER_MILLISECONDS = 12 * 60 * 1000;
const LOOK_EVERY_MILLISECONDS = 20 * 1000;

export interface Account {
  email: string;
  name: string;
}

export interface Settings {
  demo: boolean;
  openid: string | null;
  roles: string[];
}

let renewedAt = 0;
let account: Account | null = null;
let viewAs = "";
let renewing: Promise<Account | null> | null = null;
const listeners = new Set<(account: Account | null) => void>();

/** Calls back whenever somebody is signed in or out, by this page or by the server. */
export function onAccount(listener: (account: Account | null) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The account that is signed in, as far as is known. */
export function currentAccount(): Account | null {
  return account;
}

/** The address of who is signed in as the server's readable cookie says it; nothing if nobody is. */
function shownEmail(): string {
  const shown = /(?:^|; )user=([^;]*)/.exec(document.cookie)?.[1] ?? "";
  try {
    const bytes = Uint8Array.from(atob(shown.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
    return (JSON.parse(new TextDecoder().decode(bytes)) as Account).email;
  } catch {
    return "";
  }
}

function become(changed: Account | null): Account | null {
  account = changed;
  for (const listener of listeners) {
    listener(changed);
  }
  return changed;
}

/** Sets the role through whose eyes everything is asked; none for one's own. */
export function setViewAs(role: string): void {
  viewAs = role;
}

export function viewedAs(): string {
  return viewAs;
}

/** The headers that every request of the explorer carries. */
export function viewHeaders(): Record<string, string> {
  return viewAs ? { "Adarve-View-As": viewAs } : {};
}

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
  const found = (await response.json()) as Account;
  become(found);
  return found;
}

async function askForNext(): Promise<Account | null> {
  if (!shownEmail()) {
    return become(null);
  }
  const response = await post("/session/renew");
  return response.status === 401 ? become(null) : opened(response);
}

/** Returns who is signed in, with a fresh token; null if nobody is. Whoever asks meanwhile shares the answer. */
export function renew(): Promise<Account | null> {
  renewing ??= askForNext().finally(() => {
    renewing = null;
  });
  return renewing;
}

/** Renews the token if it is about to end, or has; called before whatever needs it. */
export async function keepFresh(): Promise<void> {
  if (account !== null && Date.now() - renewedAt > RENEW_AFTER_MILLISECONDS) {
    await renew();
  }
}

/** Asks who is signed in if an answer says that somebody else is: the editor's own `signUp`, say, or nobody any more. */
export async function followAccount(refused: boolean): Promise<void> {
  if (shownEmail() !== (account?.email ?? "") || (refused && account !== null)) {
    await renew();
  }
}

/** Says that the token does not hold any more: the next that needs it renews it first. */
export function mistrust(): void {
  renewedAt = 0;
}

/** Keeps the token fresh for as long as the page is open, and when it is looked at again after a sleep. */
export function stayFresh(): void {
  const look = () => void keepFresh().catch(() => undefined);
  window.setInterval(look, LOOK_EVERY_MILLISECONDS);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
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
  become(data.signIn.user);
  return data.signIn.user;
}

export async function signOut(): Promise<void> {
  await post("/api", { query: "mutation { signOut { success } }" });
  become(null);
}
