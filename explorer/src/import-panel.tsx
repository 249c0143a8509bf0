// The Import panel: GraphiQL alone cannot upload.
import type { GraphiQLPlugin } from "@graphiql/react";
import { type DragEvent, type FormEvent, useRef, useState } from "react";
import { follow } from "./fetcher";
import { keepFresh, viewHeaders } from "./session";
import { useAccount } from "./use-account";

const IMPORT = `mutation Import(
  $groupName: String!, $rootNickname: String, $branch: String, $partial: Boolean, $allowMassClose: Boolean, $file: Upload!
) {
  importScan(
    groupName: $groupName, rootNickname: $rootNickname, branch: $branch, partial: $partial,
    allowMassClose: $allowMassClose, file: $file
  ) { scanImport { id } alreadyImported }
}`;
const PROGRESS = `subscription Progress($importId: ID!) {
  importProgress(importId: $importId) {
    status progress fileName format tools warnings error
    results added merged same reopened suppressed closed rejected skipped
    rejections(first: 10) { totalCount nodes { pointer reason } }
  }
}`;
const COUNTS = [
  "results",
  "added",
  "merged",
  "same",
  "reopened",
  "suppressed",
  "closed",
  "rejected",
  "skipped",
] as const;

interface ScanImport extends Record<(typeof COUNTS)[number], number> {
  status: string;
  progress: number;
  fileName: string;
  format: string | null;
  tools: string[];
  warnings: string[];
  error: string | null;
  rejections: { totalCount: number; nodes: { pointer: string; reason: string }[] };
}

interface Answer<T> {
  data?: T | null;
  errors?: { message: string }[];
}

interface Started {
  scanImport: { id: string };
  alreadyImported: boolean;
}

async function upload(file: File, target: Record<string, string | boolean | null>): Promise<Started> {
  await keepFresh();
  const form = new FormData();
  form.append("operations", JSON.stringify({ query: IMPORT, variables: { ...target, file: null } }));
  form.append("map", JSON.stringify({ "0": ["variables.file"] }));
  form.append("0", file, file.name);
  const response = await fetch("/api", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Adarve-Preflight": "1", Accept: "application/graphql-response+json", ...viewHeaders() },
    body: form,
  });
  const { data, errors } = (await response.json()) as Answer<{ importScan: Started | null }>;
  if (!data?.importScan) {
    throw new Error(errors?.[0]?.message ?? `The server answered ${response.status}.`);
  }
  return data.importScan;
}

function Outcome({ shown, known }: { shown: ScanImport; known: boolean }) {
  return (
    <div className="adarve-outcome" data-status={shown.status}>
      {shown.status !== "FAILED" && <progress max={100} value={shown.progress} />}
      <p>
        <strong>{shown.fileName}</strong> <em>{shown.status.toLowerCase()}</em>
        {shown.format && ` · ${shown.format}`}
        {shown.tools.length > 0 && ` · ${shown.tools.join(", ")}`}
      </p>
      {known && <p className="adarve-known">Imported before: these are the numbers of that time.</p>}
      {shown.error && <p className="adarve-error">{shown.error}</p>}
      {shown.status !== "FAILED" && (
        <table>
          <tbody>
            {COUNTS.map((name) => (
              <tr key={name}>
                <th>{name}</th>
                <td data-count={name}>{shown[name]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.warnings.map((one) => (
        <p className="adarve-warning" key={one}>
          {one}
        </p>
      ))}
      {shown.rejections.nodes.map((one) => (
        <p className="adarve-rejection" key={one.pointer}>
          <code>{one.pointer}</code> {one.reason}
        </p>
      ))}
      {shown.rejections.totalCount > shown.rejections.nodes.length && (
        <p>… and {shown.rejections.totalCount - shown.rejections.nodes.length} more: ask for `rejections`.</p>
      )}
    </div>
  );
}

interface Target {
  group: string;
  root: string;
  branch: string;
}

function ImportPanel({ target }: { target: Target }) {
  const [group, setGroup] = useState(target.group);
  const [root, setRoot] = useState(target.root);
  const [branch, setBranch] = useState(target.branch);
  const [partial, setPartial] = useState(false);
  const [allowMassClose, setAllowMassClose] = useState(false);
  const [known, setKnown] = useState(false);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [shown, setShown] = useState<ScanImport | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const account = useAccount();

  async function send(file: File | undefined) {
    if (!file) {
      return;
    }
    if (account === null) {
      setError(`${file.name} was not sent: sign in first.`);
      return;
    }
    if (busy) {
      setError(`${file.name} was not sent: wait until the import before it has ended.`);
      return;
    }
    setBusy(true);
    setError(null);
    setShown(null);
    try {
      const started = await upload(file, {
        groupName: group,
        rootNickname: root || null,
        branch: branch || null,
        partial,
        allowMassClose,
      });
      setKnown(started.alreadyImported);
      const importId = started.scanImport.id;
      for await (const answer of follow(PROGRESS, { importId })) {
        const { data, errors } = answer as Answer<{ importProgress: ScanImport | null }>;
        if (errors?.[0]) {
          throw new Error(errors[0].message);
        }
        if (data?.importProgress) {
          setShown(data.importProgress);
        }
      }
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : JSON.stringify(caught));
    } finally {
      setBusy(false);
    }
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    void send(event.dataTransfer.files[0]);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    input.current?.click();
  }

  return (
    <section className="adarve-import" aria-label="Import">
      <h2>Import</h2>
      <p>
        The report of a scanner; its format is recognized by its content. It is read on the server, and what it brings is
        shown below.{account === null && " Sign in first."}
      </p>
      <form onSubmit={submit}>
        <label>
          Group <input name="group" value={group} onChange={(event) => setGroup(event.target.value)} required />
        </label>
        <label>
          Root <input name="root" value={root} onChange={(event) => setRoot(event.target.value)} placeholder="none" />
        </label>
        <label>
          Branch{" "}
          <input name="branch" value={branch} onChange={(event) => setBranch(event.target.value)} placeholder="none" />
        </label>
        <label className="adarve-check">
          <input type="checkbox" name="partial" checked={partial} onChange={(event) => setPartial(event.target.checked)} />
          It covers a part only: close nothing
        </label>
        <label className="adarve-check">
          <input
            type="checkbox"
            name="allowMassClose"
            checked={allowMassClose}
            onChange={(event) => setAllowMassClose(event.target.checked)}
          />
          It may close more than half of what is open
        </label>
        <div
          className={over ? "adarve-drop adarve-drop-over" : "adarve-drop"}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <p>Drop a file here</p>
          <button type="submit" className="graphiql-button" disabled={busy || account === null}>
            {busy ? "Importing …" : "Choose a file"}
          </button>
          <input
            ref={input}
            type="file"
            aria-label="Report"
            onChange={(event) => {
              void send(event.target.files?.[0]);
              event.target.value = "";
            }}
          />
        </div>
      </form>
      <div role="status" aria-live="polite">
        {error && <p className="adarve-error">{error}</p>}
        {shown && <Outcome shown={shown} known={known} />}
      </div>
    </section>
  );
}

function ImportIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" height="1em" aria-hidden="true">
      <path strokeLinecap="round" strokeLinejoin="round" d="M12 3v12m0 0 4-4m-4 4-4-4M4 17v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-2" />
    </svg>
  );
}

/** Returns the plug-in; in the demo its panel is filled in for the example shop. */
export function importPlugin(demo: boolean): GraphiQLPlugin {
  const target = demo ? { group: "shop", root: "shop", branch: "main" } : { group: "", root: "", branch: "" };
  return { title: "Import", icon: ImportIcon, content: () => <ImportPanel target={target} /> };
}
