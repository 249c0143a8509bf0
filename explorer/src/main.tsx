// The explorer's page: GraphiQL with its plug-ins, the Import panel and the account bar.
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./style.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { accessPlugin } from "./access-panel";
import { AccountBar, FIRST_DEMO_ACCOUNT } from "./account-bar";
import { fetcher } from "./fetcher";
import { importPlugin } from "./import-panel";
import { type Settings, loadSettings, renew, signInToDemo, stayFresh } from "./session";
import { preparedTabs } from "./tabs";
import { useAccount } from "./use-account";

// The history plug-in must be named too: giving plug-ins replaces the list that has it.
const explorer = explorerPlugin({ showAttribution: false });
const welcome = `# Sign in above; the mutation signUp
# opens an account. The book at the
# left has the docs. Ctrl-Space
# completes, Ctrl-Enter runs:
query WhoAmI {
  me {
    email
    name
  }
}
`;

function App({ settings }: { settings: Settings }) {
  const account = useAccount();
  const [plugins] = useState(() => [HISTORY_PLUGIN, explorer, importPlugin(settings.demo), accessPlugin()]);
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
  if ((await renew()) === null && settings.demo) {
    await signInToDemo(FIRST_DEMO_ACCOUNT);
  }
  stayFresh();
  const root = document.getElementById("root");
  if (root) {
    createRoot(root).render(
      <StrictMode>
        <App settings={settings} />
      </StrictMode>,
    );
  }
}

start().catch((error: unknown) => {
  document.body.textContent = `The explorer could not start: ${String(error)}`;
});
