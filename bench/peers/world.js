// The objects that BIG, MEDIUM and SMALL ask for: the same as those of bench/memory_world.py.

const vulnerability = (number) => ({
  id: `v${number}`, path: `src/${number}.py`, line: number, state: "OPEN", severityScore: 5.5, reportedBy: "a tool",
});

const finding = (number, places) => ({
  id: `f${number}`, title: `title ${number}`, status: "OPEN", severityScore: 7.5, severityRating: "HIGH",
  createdAt: "2026-01-01", line: number, tool: "Checker", ruleId: "r", reportedBy: "a tool",
  vulnerabilities: Array.from({ length: places }, (_, place) => vulnerability(number * 5 + place)),
});

const group = (number) => ({
  id: `g${number}`, name: `group ${number}`, plan: "X", description: "", score: 1.5,
  findings: Array.from({ length: 20 }, (_, one) => finding(number * 20 + one, 5)),
});

const groups = Array.from({ length: 50 }, (_, number) => group(number));

export const roots = {
  organization: { groups },
  medium: Array.from({ length: 100 }, (_, number) => finding(number, 0)),
  small: groups[0],
};
export const resolvers = {
  Query: { organization: () => roots.organization, medium: () => roots.medium, small: () => roots.small },
};
