// Her words: shown once, hidden until she asks, with a check that she has them. Then the page forgets them.
import { random } from "../../protocol/bytes";
import { button, h } from "../dom";
import { write } from "../fields";
import { filesLine } from "../evidence/line";
import { announce, show, type Visit } from "../house";
import { named, t } from "../text";

export function showWords(visit: Visit): void {
  const shown = visit.words?.shown ?? [];
  // Words of a list and digits are read from left to right in every language.
  const list = h("ol", { class: "keys", dir: "ltr", hidden: true }, ...shown.map((one) => h("li", { translate: "no" }, one)));
  const toggle = button(t("keys.show"), () => {
    list.hidden = !list.hidden;
    toggle.textContent = list.hidden ? t("keys.show") : t("keys.hide");
    toggle.setAttribute("aria-expanded", String(!list.hidden));
  }, "", { id: "toggle", "aria-expanded": "false" });
  const nav = h("div", { class: "nav" },
    button(t("keys.have"), () => test(visit), "main", { id: "next" }),
    button(t("keys.without"), () => done(visit)),
  );
  show(t("keys.title"), h("p", {}, t("keys.hint")), toggle, list, state(visit), filesLine(visit.bringing), nav);
}

/** How far the report is, on these screens too. */
function state({ sending }: Visit): HTMLElement {
  const line = h("p", { class: "state" });
  let said = sending?.state;
  const look = (): void => {
    if (sending === undefined) return;
    line.dataset["state"] = sending.state;
    line.textContent = named("send", sending.state);
    if (said !== sending.state && sending.state !== "sending") announce(line.textContent, { seen: false });
    said = sending.state;
  };
  sending?.listen(look);
  look();
  return line;
}

/** Two different places of the list, by the browser's generator. */
function twoPlaces(count: number): [number, number] {
  const draw = random(8).reduce((sum, byte) => (sum * 256 + byte) % 1_000_003, 0);
  const first = draw % count;
  return [first, (first + 1 + (Math.floor(draw / count) % (count - 1))) % count].sort((one, other) => one - other) as [number, number];
}

/** As she may type it: any case, with or without accents put together, digits of any script. */
const plain = (text: string): string =>
  text.trim().toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/[٠-٩۰-۹]/gu, (digit) => String((digit.codePointAt(0) ?? 0) % 16));

function test(visit: Visit): void {
  const shown = visit.words?.shown ?? [];
  const asked = twoPlaces(shown.length);
  const given = ["", ""];
  const fields = asked.map((place, i) => write(t("test.ask", { number: place + 1 }), "", (text) => void (given[i] = text), { most: 20 }));
  const check = (): void => {
    if (asked.every((place, i) => plain(given[i] ?? "") === plain(shown[place] ?? "-"))) done(visit);
    else announce(t("test.wrong"));
  };
  const nav = h("div", { class: "nav" },
    button(t("test.check"), check, "main", { id: "next" }),
    button(t("test.again"), () => showWords(visit)),
    button(t("keys.without"), () => done(visit)),
  );
  show(t("test.title"), ...fields, state(visit), filesLine(visit.bringing), nav);
}

function done(visit: Visit): void {
  visit.words?.entropy.fill(0);
  visit.words = undefined;
  show(t("done.title"), h("p", {}, t("done.text")), state(visit), filesLine(visit.bringing));
}
