// The five prepared tabs. They are files of their own so that the tests run each of them.
import addFinding from "./tabs/add-finding.graphql?raw";
import latestImport from "./tabs/latest-import.graphql?raw";
import openVulnerabilities from "./tabs/open-vulnerabilities.graphql?raw";
import refused from "./tabs/refused.graphql?raw";
import search from "./tabs/search.graphql?raw";

export const preparedTabs = [openVulnerabilities, search, latestImport, addFinding, refused].map((query) => ({
  query: query.trimEnd() + "\n",
}));
