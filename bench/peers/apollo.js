// Apollo Server over the objects in memory: `node apollo.js SCHEMA`. Prints its port.

import { readFileSync } from "node:fs";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { resolvers } from "./world.js";

const server = new ApolloServer({ typeDefs: readFileSync(process.argv[2], "utf8"), resolvers });
const { url } = await startStandaloneServer(server, { listen: { host: "127.0.0.1", port: 0 } });
console.log(new URL(url).port, "/");
