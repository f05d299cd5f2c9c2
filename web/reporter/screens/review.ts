// Look over and change: what is in it, without repeating her words on the screen.
import { button, h } from "../dom";
import { missing, needsTwo, type Draft } from "../draft";
import { select } from "../fields";
import { show, type Screen, type Visit } from "../house";
import { languageName, named, options, t } from "../text";
import { CODES, type Retention } from "../../protocol/index";
import { countryName, timeName } from "../places";
import { obstacle } from "./hide";

type Code<P extends keyof typeof CODES> = (typeof CODES)[P][number];

/** A line a screen, in the order of the way: danger, tiles, words, affected, where, actors, person, hide, consent, sharing. */
function said(visit: Visit): string[] {
  const draft: Draft = visit.draft;
  const list = (texts: readonly string[]): string => texts.join(" · ") || t("review.empty");
  const { hidden } = draft;
  const away = hidden.actors.size + hidden.pools.size + hidden.people.size + (hidden.area === "" ? 0 : 1);
  const letters = Array.from(draft.text).length;
  return [
    list(draft.urgency === "" ? [] : [named("urgency", draft.urgency as Code<"urgency">)]),
    list([...draft.tiles].sort().map((code) => named("tile", code as Code<"tiles">))),
    letters === 0 ? t("review.empty") : t("review.written", { count: letters }),
    list([...draft.who].map((code) => named("who", code as Code<"who_affected">))),
    list([timeName(draft.when), draft.country && countryName(draft.country, visit.inForce), draft.area, draft.district].filter((one) => one !== "")),
    list([...draft.actors.keys()].map((code) => named("actor", code as Code<"actors">))),
    list([draft.name, draft.contact, draft.place].some((one) => one !== "") ? [t("review.chosen", { count: [draft.name, draft.contact, draft.place].filter((one) => one !== "").length })] : []),
    list([
      ...(away === 0 ? [] : [t("review.chosen", { count: away })]),
      ...(draft.preference === "ANY" ? [] : [named("preference", draft.preference as Code<"reviewer_preference">)]),
      needsTwo(draft) ? t("review.two") : t("review.one"),
    ]),
    list(draft.triage === "" ? [] : [named("triage", draft.triage as "no")]),
    t("review.chosen", { count: Object.values(draft.choices).filter((one) => one.startsWith("yes")).length }),
  ];
}

export function review(visit: Visit, way: readonly Screen[], change: (place: number) => void, send: () => void): void {
  const { draft } = visit;
  const lines = said(visit);
  const rows = way.map((screen, place) =>
    h("div", { class: "row" },
      h("dt", {}, t(screen.title)),
      h("dd", {}, h("bdi", {}, lines[place])),
      h("dd", { class: "change" }, button(t("review.change"), () => change(place), "", { "aria-label": `${t("review.change")}: ${t(screen.title)}` })),
    ),
  );
  const lacks = missing(draft);
  const held = lacks.length > 0 ? undefined : obstacle(visit);
  const hold = lacks.length > 0
    ? h("div", { class: "note" }, h("p", {}, t("review.missing")), h("ul", {}, ...lacks.map((one) => h("li", {}, named("review.missing", one)))))
    : held === undefined ? null : h("p", { class: "note" }, held);
  show(
    t("review.title"),
    h("dl", { class: "rows" }, ...rows),
    select(t("review.keep"), options("keep"), String(draft.retention), (months) => void (draft.retention = Number(months) as Retention)),
    h("p", {}, t("review.language", { language: languageName(draft.language) })),
    hold,
    h("div", { class: "nav" }, hold === null && button(t("review.send"), send, "main", { id: "next" })),
  );
}
