// What no change calls back: what people were let read, by the purpose that they named for it (protocol 16.9).
import type { Decided, Mine } from "../../protocol/hers";
import { PURPOSES, type Purpose } from "../../protocol/index";
import { h, type Child } from "../dom";
import { named, t } from "../text";
import { dayName } from "./days";
import { counted, READS, what } from "./openings";
import type { Stay } from "./stay";

const isRead = ({ notice }: Decided): boolean => notice?.opened === true && READS.has(notice.action);

/** The lines of one purpose: day, section, whose hands. Several gates that decided it alike are one. */
export function readFor({ decided }: Mine, purpose: Purpose): Child {
  const found = [...counted(decided.filter((one) => isRead(one) && one.notice?.purpose === purpose), what).values()];
  if (found.length === 0) return false;
  return h("div", { class: "gone", "data-purpose": purpose },
    h("p", { class: "hint" }, t("gone.for")),
    h("ul", {}, ...found.map(({ one, times }) => h("li", {}, line(one, times)))),
  );
}

function line({ notice }: Decided, times: number): string {
  if (notice === null) return "";
  const said = [
    dayName(notice.day),
    notice.action === "open" ? "" : named("open.action", notice.action as "copy"),
    named("open.section", String(notice.section) as "0"),
    named("open.role", notice.role as "desk"),
    times > 1 ? t("open.times", { times }) : "",
  ];
  return said.filter((one) => one !== "").join(" · ");
}

/** All of it, a list for each purpose; and that what was read stays read. */
export function gone({ look }: Stay, mine: Mine): Child[] {
  const lists = PURPOSES.map((purpose) => ({ purpose, lines: readFor(mine, purpose) })).filter(({ lines }) => lines !== false);
  const unread = look?.full === true && mine.decided.some(({ notice }) => notice === null);
  return [
    h("h2", {}, t("consent.gone")),
    h("p", {}, t("consent.gone.text")),
    look?.full !== true && h("p", { class: "note" }, mine.decided.length === 0 ? t("open.nobody") : t("open.short")),
    look?.full === true && lists.length === 0 && h("p", {}, t("gone.nothing")),
    ...lists.flatMap(({ purpose, lines }) => [h("h3", {}, named("purpose", purpose)), lines]),
    unread && h("p", { class: "note" }, t("open.unreadable")),
  ];
}
