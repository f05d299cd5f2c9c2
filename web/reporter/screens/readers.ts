import { h } from "../dom";
import { radios, select, tick } from "../fields";
import type { Screen } from "../house";
import { obstacle } from "../obstacle";
import { named, options, t } from "../text";
import { needsTwo } from "../wishes";

/** How it is read by who is left: by a woman, by two together, by one in an emergency, or not by this desk at all. */
export const readers: Screen = {
  title: "readers.title",
  body: ({ draft }) => [
    radios(t("hide.preference"), options("preference"), draft.preference, (code) => void (draft.preference = code)),
    tick(t("hide.two"), draft.twoPerson, (on) => void (draft.twoPerson = on)),
    tick(t("hide.emergency"), draft.emergency, (on) => void (draft.emergency = on)),
    tick(t("hide.ring"), draft.ombuds, (on) => void (draft.ombuds = on)),
  ],
  optional: ({ draft }) => draft.preference === "ANY" && !draft.twoPerson && !draft.emergency && !draft.ombuds,
  next: obstacle,
  said: ({ draft }) => [
    ...(draft.preference === "ANY" ? [] : [named("preference", draft.preference as "ANY")]),
    needsTwo(draft) ? t("review.two") : t("review.one"),
  ],
};

const HOURS = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`).map((one): [string, string] => [one, one]);

/** "Do not write to me" is an answer too. Nobody ever contacts her outside of this service: that is not asked. */
export const reply: Screen = {
  title: "reply.title",
  hint: "reply.hint",
  body: ({ draft }) => {
    const from = select(t("reply.from"), HOURS, draft.from, (hour) => void (draft.from = hour), t("choice.none"));
    const until = select(t("reply.until"), HOURS, draft.until, (hour) => void (draft.until = hour), t("choice.none"));
    const hours = h("fieldset", { hidden: draft.reply === "none" }, h("legend", {}, t("reply.hours")), from, until);
    const choose = (code: string): void => {
      draft.reply = code;
      hours.hidden = code === "none";
    };
    return [radios(t("reply.choose"), options("reply"), draft.reply, choose), hours];
  },
  optional: ({ draft }) => draft.reply + draft.from + draft.until === "",
  next: ({ draft: { reply: mode, from, until } }) =>
    mode === "none" || from + until === "" || (from !== "" && until !== "" && from !== until) ? undefined : t("reply.both"),
  said: ({ draft }) => [
    ...(draft.reply === "" ? [] : [named("reply", draft.reply as "none")]),
    ...(draft.from === "" || draft.until === "" || draft.reply === "none" ? [] : [`${draft.from}–${draft.until}`]),
  ],
};
