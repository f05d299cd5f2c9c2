// Who opened it: what each gate wrote into the record, found by her keys alone (protocol 14.8).
import type { Decided, Mine } from "../../protocol/hers";
import { button, h, type Child } from "../dom";
import { show } from "../house";
import type { Purpose } from "../../protocol/index";
import { named, t } from "../text";
import { dayName } from "./days";
import { seen } from "./quiet";
import type { Stay } from "./stay";

/** The same thing that several gates decided is one opening: how often it happened is what one gate says most. */
export function counted(decided: readonly Decided[], key: (one: Decided) => string): Map<string, { one: Decided; times: number }> {
  const byGate = new Map<string, Map<string, number>>();
  const found = new Map<string, { one: Decided; times: number }>();
  for (const one of decided) {
    const what = key(one);
    const gates = byGate.get(what) ?? new Map<string, number>();
    gates.set(one.gate, (gates.get(one.gate) ?? 0) + 1);
    byGate.set(what, gates);
    found.set(what, { one: found.get(what)?.one ?? one, times: Math.max(...gates.values()) });
  }
  return found;
}

/** The actions that let somebody read something. */
export const READS: ReadonlySet<string> = new Set(["open", "copy", "export", "emergency"]);

export const what = ({ notice }: Decided): string =>
  notice === null ? "" : notice.opened ? [notice.day, notice.section, notice.role, notice.action, notice.purpose].join() : `${notice.day}`;

const sum = (values: Iterable<{ times: number }>): number => [...values].reduce((total, { times }) => total + times, 0);

/** In one sentence. That nobody opened it is said only of a look that was verified to the head and found none. */
export function summary(stay: Stay, mine: Mine): string {
  if (mine.decided.length === 0) return t("open.nobody");
  if (stay.look?.full !== true) return t("open.short");
  const { decided } = seen(stay, mine);
  if (decided.length === 0) return t("open.other");
  const opened = decided.filter(({ notice }) => notice?.opened === true);
  return t("open.count", { count: sum(counted(opened, what).values()), all: sum(counted(decided, what).values()) });
}

export function openings(stay: Stay, mine: Mine, back: () => void): void {
  const { look } = stay;
  if (look === undefined) return;
  const found = [...counted(seen(stay, mine).decided, what).values()];
  const rows = look.full ? found.map(({ one, times }) => row(one, times)) : [];
  show(
    t("open.title"),
    h("p", { class: "state" }, summary(stay, mine)),
    h("p", {}, t("open.verified", { size: look.head.size, day: dayName(look.inForce.current.day) })),
    look.inForce.logPolicy.quorum === 0 && h("p", { class: "note" }, t("open.witness")),
    rows.length > 0 && h("dl", { class: "rows" }, ...rows),
    h("p", { class: "hint" }, t("open.hint")),
    h("div", { class: "nav" }, button(t("nav.back"), back, "main", { id: "next" })),
  );
}

function row({ notice }: Decided, times: number): Child {
  if (notice === null) return h("div", { class: "row" }, h("dt", {}, t("open.unreadable")), h("dd", {}, t("open.times", { times })));
  const day = dayName(notice.day);
  if (!notice.opened) return h("div", { class: "row" }, h("dt", {}, day), h("dd", {}, t("open.refused", { times })));
  const said = [
    named("open.action", notice.action as "open"),
    READS.has(notice.action) ? named("open.section", String(notice.section) as "0") : "",
    named("open.role", notice.role as "desk"),
    named("purpose", notice.purpose as Purpose),
    times > 1 ? t("open.times", { times }) : "",
  ];
  return h("div", { class: "row" }, h("dt", {}, day), h("dd", {}, said.filter((one) => one !== "").join(" · ")));
}
