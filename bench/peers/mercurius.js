// Mercurius with its JIT over the objects in memory: `node mercurius.js SCHEMA`. Prints its port.

import { readFileSync } from "node:fs";
import fastify from "fastify";
import mercurius from "mercurius";
import { resolvers } from "./world.js";

const app = fastify();
app.register(mercurius, { schema: readFileSync(process.argv[2], "utf8"), resolvers, jit: 1 });
await app.listen({ host: "127.0.0.1", port: 0 });
console.log(app.server.address().port, "/graphql");
