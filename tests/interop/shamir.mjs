// Shamir's secret sharing as npm `shamir-secret-sharing` does it. Reads a JSON list of tasks, writes the list of results:
// {"secret", "holders", "threshold"} -> {"shares"}; {"shares"} -> {"secret"}, or {"error"} where the package refuses.
import { readFileSync } from "node:fs";
import { combine, split } from "shamir-secret-sharing";

const bytes = (hex) => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (data) => Buffer.from(data).toString("hex");

async function run(task) {
  try {
    if (task.secret !== undefined) {
      return { shares: (await split(bytes(task.secret), task.holders, task.threshold)).map(hex) };
    }
    return { secret: hex(await combine(task.shares.map(bytes))) };
  } catch (error) {
    return { error: String(error) };
  }
}

const tasks = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await Promise.all(tasks.map(run))));
