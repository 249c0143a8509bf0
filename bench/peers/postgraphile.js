// PostGraphile over the tables, under row-level security: `node postgraphile.js URL ORGANIZATIONS`. Prints its port.

import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const [url, organizations] = process.argv.slice(2);
const served = postgraphile({
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["PgIndexBehaviorsPlugin"], // our indexes are partial, so it would hide what they serve
  pgServices: [makePgService({ connectionString: url, schemas: ["public"], poolConfig: { max: 3 } })],
  grafast: { context: () => ({ pgSettings: { "adarve.organizations": organizations } }) },
  grafserv: { watch: false, graphiql: false },
});
const serving = served.createServ(grafserv);
const server = createServer();
await serving.addTo(server);
server.listen(0, "127.0.0.1", () => console.log(server.address().port, "/graphql"));
