import { select, ticks } from "../fields";
import type { Screen } from "../house";
import { options, t } from "../text";

export const affected: Screen = {
  title: "affected.title",
  body: ({ draft }) => [
    ticks(t("tiles.hint"), options("who"), draft.who),
    select(t("count.label"), options("count"), draft.count, (code) => void (draft.count = code), t("choice.none")),
  ],
  optional: ({ draft }) => draft.who.size === 0 && draft.count === "",
};
