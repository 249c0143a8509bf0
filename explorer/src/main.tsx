// The explorer's page: GraphiQL with its plug-ins, the Import panel and the account bar.
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./style.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { accessPlugin } from "./access-panel";
import { AccountBar, FIRST_DEMO_ACCOUNT } from "./account-bar";
import { fetcher } from "./fetcher";
import { importPlugin } from "./import-panel";
import { type Account, type Settings, loadSettings, onAccount, renew, signInToDemo, stayFresh } from "./session";
import { preparedTabs } from "./tabs";

// The history plug-in must be named too: giving plug-ins replaces the list that has it.
const explorer = explorerPlugin({ showAttribution: false });
const welcome = "# Write a query here. Ctrl-Space completes, Ctrl-Enter runs; the book at the left opens the docs.\n";

function App({ settings, first }: { settings: Settings; first: Account | null }) {
  const [account, setAccount] = useState(first);
  const [plugins] = useState(() => [HISTORY_PLUGIN, explorer, importPlugin(settings.demo), accessPlugin()]);
  useEffect(() => onAccount(setAccount), []);
  return (
    <div className="adarve-page">
      <AccountBar settings={settings} account={account} />
      <GraphiQL
        fetcher={fetcher}
        plugins={plugins}
        defaultTabs={settings.demo ? preparedTabs : undefined}
        defaultQuery={welcome}
        inputValueDeprecation
        schemaDescription
        shouldPersistHeaders={false}
        defaultEditorToolsVisibility={false}
      >
        <GraphiQL.Logo>
          <></>
        </GraphiQL.Logo>
      </GraphiQL>
    </div>
  );
}

async function start() {
  const settings = await loadSettings();
  let first = await renew();
  if (first === null && settings.demo) {
    first = await signInToDemo(FIRST_DEMO_ACCOUNT);
  }
  stayFresh();
  const root = document.getElementById("root");
  if (root) {
    createRoot(root).render(
      <StrictMode>
        <App settings={settings} first={first} />
      </StrictMode>,
    );
  }
}

start().catch((error: unknown) => {
  document.body.textContent = `The explorer could not start: ${String(error)}`;
});
