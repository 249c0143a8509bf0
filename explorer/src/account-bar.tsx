// The bar above the explorer: who is signed in, and in the demo the switcher between its roles.
import { type FormEvent, useState } from "react";
import { disconnect } from "./fetcher";
import { type Account, signIn, signInToDemo, signOut } from "./session";

const DEMO_DOMAIN = "@demo.example";
export const FIRST_DEMO_ACCOUNT = "group_manager" + DEMO_DOMAIN;
const DEMO_ROLES = [
  "admin",
  "organization_manager",
  "customer_manager",
  "group_manager",
  "vulnerability_manager",
  "architect",
  "hacker",
  "reattacker",
  "reviewer",
  "resourcer",
  "user",
  "service_agent",
];

interface Props {
  demo: boolean;
  account: Account | null;
  onChange: (account: Account | null) => void;
}

function roleText(role: string): string {
  return role.replaceAll("_", " ");
}

function Switcher({ account, onChange }: Props) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function change(email: string) {
    setBusy(true);
    setError(null);
    try {
      onChange(await signInToDemo(email));
      disconnect();
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
    } finally {
      setBusy(false);
    }
  }

  return (
    <label>
      {error && <span className="adarve-error">{error}</span>} Signed in as{" "}
      <select
        aria-label="Demo role"
        value={account?.email ?? ""}
        disabled={busy}
        onChange={(event) => void change(event.target.value)}
      >
        {account === null && <option value="">nobody</option>}
        {DEMO_ROLES.map((role) => (
          <option key={role} value={role + DEMO_DOMAIN}>
            {roleText(role)}
          </option>
        ))}
      </select>
    </label>
  );
}

function SignInForm({ onChange }: Pick<Props, "onChange">) {
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    try {
      onChange(await signIn(String(form.get("email")), String(form.get("password"))));
      disconnect();
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      {error && <span className="adarve-error">{error}</span>}
      <input name="email" type="email" placeholder="e-mail address" aria-label="E-mail address" required />
      <input name="password" type="password" placeholder="password" aria-label="Password" required />
      <button className="graphiql-button" type="submit">
        Sign in
      </button>
    </form>
  );
}

export function AccountBar({ demo, account, onChange }: Props) {
  async function leave() {
    await signOut();
    disconnect();
    onChange(null);
  }

  return (
    <header className="adarve-bar">
      <a className="adarve-name" href="/api">
        <img src="/explorer/favicon.svg" alt="" width="22" height="22" /> Adarve
      </a>
      {demo && <span className="adarve-demo">demo</span>}
      <span className="adarve-space" />
      {demo && <Switcher demo={demo} account={account} onChange={onChange} />}
      {!demo && account && (
        <>
          <span data-account={account.email}>{account.name}</span>
          <button className="graphiql-button" type="button" onClick={() => void leave()}>
            Sign out
          </button>
        </>
      )}
      {!demo && !account && <SignInForm onChange={onChange} />}
    </header>
  );
}
