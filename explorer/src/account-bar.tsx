// The bar above the explorer: who is signed in, through whose eyes they look, and in the demo the switcher between its
// accounts.
import { type FormEvent, useEffect, useState } from "react";
import { disconnect } from "./fetcher";
import { type Account, type Settings, setViewAs, signIn, signInToDemo, signOut } from "./session";

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
  settings: Settings;
  account: Account | null;
}

function roleText(role: string): string {
  return role.replaceAll("_", " ");
}

/** The level at which a role is given: a role of the level `user` holds for the whole installation. */
function levelText(level: string): string {
  return level === "user" ? "installation" : level;
}

function Switcher({ account }: Pick<Props, "account">) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function change(email: string) {
    setBusy(true);
    setError(null);
    try {
      await signInToDemo(email);
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
        aria-label="Signed in as"
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

/** Lets one look through the eyes of another role, until somebody else is signed in. It narrows, and never widens. */
function ViewAs({ roles }: { roles: string[] }) {
  const [role, setRole] = useState("");
  useEffect(() => {
    setViewAs("");
    return () => setViewAs("");
  }, []);

  function change(chosen: string) {
    setRole(chosen);
    setViewAs(chosen);
    disconnect();
  }

  const levels = [...new Set(roles.map((one) => one.split(":")[0] ?? ""))];
  return (
    <label className={role ? "adarve-view-as adarve-narrowed" : "adarve-view-as"}>
      View as{" "}
      <select aria-label="View as" value={role} onChange={(event) => change(event.target.value)}>
        <option value="">myself</option>
        {levels.map((level) => (
          <optgroup key={level} label={levelText(level)}>
            {roles
              .filter((one) => one.startsWith(`${level}:`))
              .map((one) => (
                <option key={one} value={one}>
                  {roleText(one.slice(level.length + 1)).toLowerCase()} ({levelText(level)})
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function SignInForm({ openid }: { openid: string | null }) {
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    try {
      await signIn(String(form.get("email")), String(form.get("password")));
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      {error && <span className="adarve-error">{error}</span>}
      <input name="email" type="email" placeholder="e-mail address" aria-label="E-mail address" autoComplete="username" required />
      <input
        name="password"
        type="password"
        placeholder="password"
        aria-label="Password"
        autoComplete="current-password"
        required
      />
      <button className="adarve-button" type="submit">
        Sign in
      </button>
      {openid && (
        <a className="adarve-openid" href="/session/openid">
          Sign in with {openid}
        </a>
      )}
    </form>
  );
}

export function AccountBar({ settings, account }: Props) {
  const { demo } = settings;

  return (
    <header className="adarve-bar">
      <a className="adarve-name" href="/api">
        <img src="/explorer/favicon.svg" alt="" width="22" height="22" /> Adarve
      </a>
      {demo && <span className="adarve-demo">demo</span>}
      <span className="adarve-space" />
      {account && <ViewAs key={account.email} roles={settings.roles} />}
      {demo && <Switcher account={account} />}
      {!demo && account && (
        <>
          <span data-account={account.email}>{account.name}</span>
          <button className="adarve-button" type="button" onClick={() => void signOut()}>
            Sign out
          </button>
        </>
      )}
      {!demo && !account && <SignInForm openid={settings.openid} />}
    </header>
  );
}
