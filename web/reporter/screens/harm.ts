import { ticks } from "../fields";
import type { Screen } from "../house";
import { listed, options, t } from "../text";

/** What came of it, in plain words: also that peace work stopped. */
export const harm: Screen = {
  title: "harm.title",
  body: ({ draft }) => [ticks(t("tiles.hint"), options("effect"), draft.effects)],
  optional: ({ draft }) => draft.effects.size === 0,
  said: ({ draft }) => listed("effect", draft.effects),
};

/** Body or trust, one person or all around her: attacks on women peacebuilders are more than wounds. */
export const reach: Screen = {
  title: "reach.title",
  body: ({ draft }) => [
    ticks(t("reach.dimension"), options("dimension"), draft.dimensions),
    ticks(t("reach.level"), options("level"), draft.levels),
  ],
  optional: ({ draft }) => draft.dimensions.size + draft.levels.size === 0,
  said: ({ draft }) => [...listed("dimension", draft.dimensions), ...listed("level", draft.levels)],
};
