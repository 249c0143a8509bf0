// How operations reach the server: queries and mutations by fetch, subscriptions over a WebSocket, or as server-sent
// events where no WebSocket can be opened.
import type { Fetcher, FetcherParams } from "@graphiql/toolkit";
import { getOperationAST, parse } from "graphql";
import { createClient as createEventClient } from "graphql-sse";
import { type Client, createClient } from "graphql-ws";
import { currentAccount, followAccount, keepFresh, mistrust, onAccount, viewHeaders, viewedAs } from "./session";

type Result = Record<string, unknown>;
type Headers = Record<string, string>;

const TOKEN_ENDED = 4403;
const MOST_RECONNECTS = 3;

let socket: Client | null = null;
let socketHeaders = "";

/** Closes the WebSocket, so that the next subscription connects as whoever is signed in then. */
export function disconnect(): void {
  void socket?.dispose();
  socket = null;
}

let connectedAs = currentAccount()?.email;
onAccount((account) => {
  if (account?.email !== connectedAs) {
    connectedAs = account?.email;
    disconnect();
  }
});

/** Tells whether a socket was closed because its token has ended; then the next one asks for a fresh token first. */
function tokenEnded(closed: unknown): boolean {
  const ended = closed instanceof CloseEvent && closed.code === TOKEN_ENDED;
  if (ended) {
    mistrust();
  }
  return ended;
}

function connect(headers: Headers): Client {
  const asked = JSON.stringify(headers);
  if (socket === null || asked !== socketHeaders) {
    disconnect();
    socketHeaders = asked;
    const address = new URL("/api", window.location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    socket = createClient({
      url: async () => {
        await keepFresh();
        return address.href;
      },
      connectionParams: () => ({
        ...(headers.Authorization ? { authorization: headers.Authorization } : {}),
        ...(viewedAs() ? { viewAs: viewedAs() } : {}),
      }),
      retryAttempts: MOST_RECONNECTS,
      shouldRetry: tokenEnded,
      lazyCloseTimeout: 3000,
    });
  }
  return socket;
}

function isSubscription(parameters: FetcherParams): boolean {
  try {
    return getOperationAST(parse(parameters.query), parameters.operationName)?.operation === "subscription";
  } catch {
    return false;
  }
}

/** Returns what to send. Just after a tab was switched the editor still names the former tab's operation. */
function request({ query, operationName, variables }: FetcherParams) {
  let name: string | undefined = operationName ?? undefined;
  try {
    name = getOperationAST(parse(query), name) ? name : undefined;
  } catch {
    // The server says what is wrong with the document.
  }
  return { query, operationName: name, variables: variables as Result | undefined };
}

async function* events(parameters: FetcherParams, headers: Headers): AsyncGenerator<Result> {
  const client = createEventClient({ url: "/api", headers: { ...viewHeaders(), ...headers }, credentials: "same-origin", retryAttempts: 0 });
  try {
    yield* client.iterate<Result>(request(parameters)) as AsyncGenerator<Result>;
  } finally {
    client.dispose();
  }
}

async function* subscribe(parameters: FetcherParams, headers: Headers): AsyncGenerator<Result> {
  await keepFresh();
  let begun = false;
  try {
    for await (const result of connect(headers).iterate<Result>(request(parameters))) {
      begun = true;
      yield result as Result;
    }
  } catch (error) {
    if (begun || Array.isArray(error)) {
      throw error;
    }
    yield* events(parameters, headers);
  }
}

async function run(parameters: FetcherParams, headers: Headers): Promise<Result> {
  await keepFresh();
  const response = await fetch("/api", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json", ...viewHeaders(), ...headers },
    body: JSON.stringify(request(parameters)),
  });
  const result = (await response.json()) as Result;
  await followAccount(isRefused(result)).catch(() => undefined);
  return result;
}

/** Tells whether an answer says that one has to be signed in. */
function isRefused({ errors }: Result): boolean {
  const said = Array.isArray(errors) ? (errors as { extensions?: { code?: string } }[]) : [];
  return said.some((one) => one.extensions?.code === "UNAUTHENTICATED");
}

export const fetcher: Fetcher = (parameters, options) => {
  const headers = (options?.headers ?? {}) as Headers;
  return isSubscription(parameters) ? subscribe(parameters, headers) : run(parameters, headers);
};

/** Runs a query or mutation; with one's own eyes if it is asked so, whatever role is looked through. */
export function ask(query: string, variables: Record<string, unknown>, ownEyes = false): Promise<Result> {
  return run({ query, variables } as FetcherParams, ownEyes ? { "Adarve-View-As": "" } : {});
}

/** Runs an operation whose results come one by one. */
export function follow(query: string, variables: Record<string, unknown>): AsyncGenerator<Result> {
  return subscribe({ query, variables } as FetcherParams, {});
}
