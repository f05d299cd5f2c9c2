import { select, tick, write } from "../fields";
import type { Screen } from "../house";
import { countries, times } from "../places";
import { t } from "../text";

/** As coarse as she likes: week, month or year; country, region or district. Nothing finer is asked. */
export const where: Screen = {
  title: "where.title",
  hint: "where.hint",
  body: ({ draft, inForce }) => [
    select(t("where.when"), times(), draft.when, (value) => void (draft.when = value), t("choice.none")),
    tick(t("where.ongoing"), draft.ongoing, (on) => void (draft.ongoing = on)),
    select(t("where.country"), countries(inForce), draft.country, (code) => void (draft.country = code), t("choice.none")),
    write(t("where.area"), draft.area, (text) => void (draft.area = text.trim()), { most: 40 }),
    write(t("where.district"), draft.district, (text) => void (draft.district = text.trim()), { most: 40 }),
  ],
  optional: ({ draft }) => draft.when === "" && draft.country === "" && !draft.ongoing,
};
