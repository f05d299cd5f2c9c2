// What `@cedar-policy/cedar-wasm` decides. Reads {"schema", "rules": [text, ...], "cases": [{rules, request, entities}]}
// from standard input, `rules` of a case being a number; writes [[decision, [@id, ...], number of errors], ...].
// "refused" is the decision where the engine will not evaluate at all.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const cedar = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs");
const input = JSON.parse(readFileSync(0, "utf8"));

const must = (answer) => {
  if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
  return answer;
};

input.rules.forEach((text, number) => {
  const staticPolicies = {};
  for (const one of must(cedar.policySetTextToParts(text)).policies) {
    staticPolicies[must(cedar.policyToJson(one)).json.annotations.id] = one;
  }
  must(cedar.preparsePolicySet(String(number), { staticPolicies }));
});
must(cedar.preparseSchema("schema", input.schema));

const answers = input.cases.map(({ rules, request, entities }) => {
  const answer = cedar.statefulIsAuthorized({
    ...request,
    entities,
    preparsedSchemaName: "schema",
    preparsedPolicySetId: String(rules),
    validateRequest: true,
  });
  if (answer.type !== "success") return ["refused", [], 0];
  const { decision, diagnostics } = answer.response;
  return [decision, diagnostics.reason.sort(), diagnostics.errors.length];
});
process.stdout.write(JSON.stringify(answers));
