import { PURPOSES, type Purpose } from "../../protocol/index";
import { allowed, choiceOf } from "../child";
import { h } from "../dom";
import { radios, select, write } from "../fields";
import type { Screen, Visit } from "../house";
import { counted, named, options, saidOf, t } from "../text";

const ASKED = PURPOSES.filter((purpose) => purpose !== "TRIAGE");

/** The one consent that a report cannot be without. */
export const consent: Screen = {
  title: "consent.title",
  body: ({ draft }) => [radios(t("consent.hint"), options("triage"), draft.triage, (code) => void (draft.triage = code))],
  next: ({ draft }) => (draft.triage.startsWith("yes") ? undefined : t("consent.hint")),
  said: ({ draft }) => saidOf("triage", draft.triage),
};

/** Whose yes it is: a family's, a child's guardian's, or that of somebody who sits beside her. */
export const given: Screen = {
  title: "given.title",
  body: ({ draft }) => [radios(t("given.choose"), options("given"), draft.given, (code) => void (draft.given = code))],
  optional: ({ draft }) => draft.given === "",
  said: ({ draft }) => saidOf("given", draft.given),
};

/** All other purposes, each in plain words, with the vocabulary's careful defaults; narrower for a child. */
export const sharing: Screen = {
  title: "sharing.title",
  hint: "sharing.hint",
  body: ({ draft }) => [
    draft.minor === "YES" && h("p", { class: "note" }, t("minor.narrow")),
    ...ASKED.map((purpose) => {
      const values = allowed(purpose, draft).map((value): [string, string] => [value, named("value", value)]);
      return select(named("purpose", purpose), values, choiceOf(purpose, draft), (code) => void (draft.choices[purpose] = code));
    }),
  ],
  said: ({ draft }) => counted(ASKED.filter((purpose) => choiceOf(purpose, draft).startsWith("yes")).length),
};

const NAMED: readonly Purpose[] = ["SUPPORT", "PARTNER", "UN_LETTER", "UN_ANON", "OVERSIGHT", "JUSTICE", "MEDIA"];
const open = ({ draft }: Visit): Purpose[] => NAMED.filter((purpose) => choiceOf(purpose, draft) !== "no");

/** Whom she would like to have it, by name, for purposes that she did not refuse. */
export const recipients: Screen = {
  title: "recipients.title",
  hint: "recipients.hint",
  applies: (visit) => open(visit).length > 0,
  body: (visit) =>
    open(visit).map((purpose) =>
      write(named("purpose", purpose), visit.draft.recipients[purpose] ?? "", (text) => void (visit.draft.recipients[purpose] = text), { long: true, rows: 2 }),
    ),
  optional: (visit) => open(visit).every((purpose) => (visit.draft.recipients[purpose] ?? "").trim() === ""),
  said: (visit) => counted(open(visit).filter((purpose) => (visit.draft.recipients[purpose] ?? "").trim() !== "").length),
};
