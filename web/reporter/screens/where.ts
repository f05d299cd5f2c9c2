import { radios, select, tick, ticks, write } from "../fields";
import type { Screen } from "../house";
import { countries, countryName, times, timeName } from "../places";
import { listed, options, saidOf, t } from "../text";

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
  said: ({ draft, inForce }) =>
    [timeName(draft.when), draft.country && countryName(draft.country, inForce), draft.area, draft.district].filter((one) => one !== ""),
};

export const kind: Screen = {
  title: "place.title",
  body: ({ draft }) => [radios(t("place.choose"), options("place"), draft.kind, (code) => void (draft.kind = code))],
  optional: ({ draft }) => draft.kind === "",
  said: ({ draft }) => saidOf("place", draft.kind),
};

/** What else was going on: mission areas are computed from it, never asked. */
export const context: Screen = {
  title: "context.title",
  body: ({ draft }) => [ticks(t("tiles.hint"), options("context"), draft.context)],
  optional: ({ draft }) => draft.context.size === 0,
  said: ({ draft }) => listed("context", draft.context),
};
