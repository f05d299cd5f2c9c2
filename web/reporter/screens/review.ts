// Look over and change: what is in it, without repeating her words on the screen.
import type { Retention } from "../../protocol/index";
import { button, h } from "../dom";
import { missing } from "../draft";
import { select } from "../fields";
import { show, type Screen, type Visit } from "../house";
import { obstacle, tooLong } from "../obstacle";
import { undecided } from "./files";
import { languageName, named, options, t } from "../text";

export function review(visit: Visit, way: readonly Screen[], change: (place: number) => void, send: () => void): void {
  const { draft } = visit;
  const rows = way.map((screen, place) =>
    (screen.applies?.(visit) ?? true) && h("div", { class: "row" },
      h("dt", {}, t(screen.title)),
      h("dd", {}, h("bdi", {}, screen.said(visit).join(" · ") || t("review.empty"))),
      h("dd", { class: "change" }, button(t("review.change"), () => change(place), "", { "aria-label": `${t("review.change")}: ${t(screen.title)}` })),
    ),
  );
  const lacks = missing(draft);
  const held = lacks.length > 0 ? undefined : obstacle(visit) ?? tooLong(visit) ?? undecided(visit);
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
