import { ticks } from "../fields";
import type { Screen } from "../house";
import { picture } from "../pictures";
import { listed, options, t } from "../text";

/** Twelve pictures with words. */
export const tiles: Screen = {
  title: "tiles.title",
  body: ({ draft }) => [ticks(t("tiles.hint"), options("tile"), draft.tiles, undefined, picture, "tiles")],
  optional: ({ draft }) => draft.tiles.size === 0,
  said: ({ draft }) => listed("tile", draft.tiles),
};
