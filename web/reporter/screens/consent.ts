import { PURPOSES } from "../../protocol/index";
import { radios, select } from "../fields";
import type { Screen } from "../house";
import { named, options, t } from "../text";

/** The one consent that a report cannot be without. */
export const consent: Screen = {
  title: "consent.title",
  body: ({ draft }) => [radios(t("consent.hint"), options("triage"), draft.triage, (code) => void (draft.triage = code))],
  next: ({ draft }) => (draft.triage.startsWith("yes") ? undefined : t("consent.hint")),
};

/** All other purposes, each in plain words, with the vocabulary's careful defaults. */
export const sharing: Screen = {
  title: "sharing.title",
  hint: "sharing.hint",
  body: ({ draft }) =>
    PURPOSES.filter((purpose) => purpose !== "TRIAGE").map((purpose) =>
      select(named("purpose", purpose), options("value"), draft.choices[purpose] ?? "no", (code) => void (draft.choices[purpose] = code)),
    ),
};
