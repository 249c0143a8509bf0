// The Access panel: which fields of the query in the editor vanish for whoever looks, and why.
import { type GraphiQLPlugin, useGraphiQL, useOperationsEditorState } from "@graphiql/react";
import { type GraphQLSchema, TypeInfo, isInputObjectType, getNamedType, parse, visit, visitWithTypeInfo } from "graphql";
import { useEffect, useState } from "react";
import { ask } from "./fetcher";
import { viewedAs } from "./session";
import { useAccount } from "./use-account";

const MOST_COORDINATES = 60;
const PLACES = `query Places {
  me { organizations(first: 20) { nodes { id name groups(first: 20) { nodes { id name } } } } }
}`;

interface Named {
  id: string;
  name: string;
}

interface Explanation {
  coordinate: string;
  allowed: boolean;
  role: string | null;
  message: string;
}

interface Answer<T> {
  data?: T | null;
  errors?: { message: string }[];
}

interface Places {
  me: { organizations: { nodes: (Named & { groups: { nodes: Named[] } })[] } } | null;
}

/** Returns the coordinates that a document names: its fields, and the fields of the inputs that are written out. */
export function coordinatesOf(schema: GraphQLSchema, text: string): string[] {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    parse(text),
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType();
        if (parent && !node.name.value.startsWith("__")) {
          found.add(`${parent.name}.${node.name.value}`);
        }
      },
      ObjectField(node) {
        const parent = getNamedType(types.getParentInputType());
        if (isInputObjectType(parent)) {
          found.add(`${parent.name}.${node.name.value}`);
        }
      },
    }),
  );
  return [...found].slice(0, MOST_COORDINATES);
}

/** Asks about all coordinates in one operation, at one place. */
async function explain(coordinates: string[], on: string): Promise<Explanation[]> {
  const parts = coordinates.map(
    (one, number) => `c${number}: explainAccess(coordinate: ${JSON.stringify(one)}, on: $on) { ...why }`,
  );
  const query = `query Explain($on: ID) { ${parts.join(" ")} }
    fragment why on AccessExplanation { coordinate allowed role message }`;
  const { data, errors } = (await ask(query, { on: on || null })) as Answer<Record<string, Explanation>>;
  if (!data) {
    throw new Error(errors?.[0]?.message ?? "The server did not answer.");
  }
  return Object.values(data).sort((one, other) => Number(one.allowed) - Number(other.allowed));
}

function usePlaces(): Named[] {
  const [places, setPlaces] = useState<Named[]>([]);
  useEffect(() => {
    let shown = true;
    ask(PLACES, {}, true)
      .then((answer) => {
        const { data } = answer as Answer<Places>;
        const organizations = data?.me?.organizations.nodes ?? [];
        if (!shown) {
          return;
        }
        setPlaces(
          organizations.flatMap(({ id, name, groups }) => [
            ...groups.nodes.map((group) => ({ id: group.id, name: `group ${group.name}` })),
            { id, name: `organization ${name}` },
          ]),
        );
      })
      .catch(() => undefined);
    return () => {
      shown = false;
    };
  }, []);
  return places;
}

function Told({ told, seenAs }: { told: Explanation[]; seenAs: string }) {
  const refused = told.filter((one) => !one.allowed).length;
  const who = seenAs ? `for ${seenAs}` : "for you";
  return (
    <>
      <p>
        <strong>
          {refused === 0 ? `Nothing vanishes ${who}.` : `${refused} of ${told.length} vanish ${who}.`}
        </strong>
      </p>
      <ul>
        {told.map((one) => (
          <li key={one.coordinate} data-allowed={one.allowed}>
            <code>{one.coordinate}</code>
            <small>{one.allowed && one.role ? `Allowed by ${one.role}.` : one.message}</small>
          </li>
        ))}
      </ul>
    </>
  );
}

function AccessPanel({ signedIn }: { signedIn: boolean }) {
  const [operations] = useOperationsEditorState();
  const schema = useGraphiQL((state) => state.schema);
  const places = usePlaces();
  const [place, setPlace] = useState("");
  const [told, setTold] = useState<{ of: Explanation[]; seenAs: string } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const on = place || places[0]?.id || "";

  async function tell() {
    setError(null);
    setTold(null);
    try {
      if (!schema) {
        throw new Error("The schema is not there yet.");
      }
      const coordinates = coordinatesOf(schema, operations);
      if (coordinates.length === 0) {
        throw new Error("There is no query in the editor.");
      }
      setTold({ of: await explain(coordinates, on), seenAs: viewedAs() });
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
    }
  }

  return (
    <section className="adarve-access" aria-label="Access">
      <h2>Access</h2>
      <p>
        Which fields of the query in the editor vanish, and why.{" "}
        {signedIn ? "Choose at the top through whose eyes you look." : "Sign in first."}
      </p>
      <label>
        In{" "}
        <select aria-label="Where" value={on} onChange={(event) => setPlace(event.target.value)}>
          {places.length === 0 && <option value="">no group of yours</option>}
          {places.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="graphiql-button" disabled={!signedIn} onClick={() => void tell()}>
        Explain this query
      </button>
      <div role="status" aria-live="polite">
        {error && <p className="adarve-error">{error}</p>}
        {told && <Told told={told.of} seenAs={told.seenAs} />}
      </div>
    </section>
  );
}

function AccessIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" height="1em" aria-hidden="true">
      <path strokeLinecap="round" strokeLinejoin="round" d="M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6l-7-3Zm-3 9 2 2 4-4" />
    </svg>
  );
}

/** The panel for whoever is signed in: what was told to one is nothing to the next. */
function PanelOfAccount() {
  const account = useAccount();
  return <AccessPanel key={account?.email ?? ""} signedIn={account !== null} />;
}

/** Returns the plug-in. */
export function accessPlugin(): GraphiQLPlugin {
  return { title: "Access", icon: AccessIcon, content: () => <PanelOfAccount /> };
}
