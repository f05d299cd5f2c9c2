// Her words, after all is here. From now on nothing is sent by itself; the line may be off (protocol 14.2).
import { readBackAll } from "../../protocol/hers";
import { readTyped, type Typed } from "../../protocol/typed";
import { button, h } from "../dom";
import { write } from "../fields";
import { announce, show, stop } from "../house";
import { t } from "../text";
import { listName } from "./days";
import { far, type Range } from "./far";
import { inbox } from "./inbox";
import { forget, type Stay } from "./stay";

const MOST = 400; // characters
const FIRST = 2000; // milliseconds

export function enter(stay: Stay, range: Range, said = ""): void {
  let typed = "";
  const field = write(t("enter.label"), "", (text) => void (typed = text), { long: true, rows: 4, most: MOST, hint: t("enter.hint") });
  const look = async (): Promise<void> => {
    const found = await readTyped(typed, stay.lists);
    if (!("entropy" in found)) return announce(fault(found));
    typed = "";
    (field.querySelector("textarea") as HTMLTextAreaElement).value = "";
    stay.entropy = found.entropy;
    await open(stay, range);
  };
  show(
    t("enter.title"),
    h("p", {}, t("enter.offline")),
    field,
    h("div", { class: "nav" }, button(t("enter.look"), () => void look(), "main", { id: "next" }), button(t("nav.back"), () => far(stay, range))),
  );
  if (said !== "") announce(said);
}

/** Say what is wrong with what she typed, and where. */
function fault(found: Exclude<Typed, { entropy: unknown }>): string {
  if (found.wrong === "places") return t("enter.places", { places: listName(found.places) });
  if (found.wrong === "count") return t("enter.count", { count: found.count });
  return found.wrong === "digits" ? t("enter.digits") : t("enter.together");
}

/** Find what is hers. The screen stays for 2, 4, 8 … seconds: what was found, or how much, does not show in the time. */
async function open(stay: Stay, range: Range): Promise<void> {
  show(t("enter.title"), h("p", {}, t("enter.reading")), h("progress", { "aria-label": t("enter.reading") }));
  const began = performance.now();
  try {
    if (stay.look === undefined || stay.entropy === undefined) return;
    stay.mine = await readBackAll(stay.look, stay.entropy);
  } catch (error) {
    forget(stay);
    return stop(error, () => enter(stay, range));
  }
  let until = FIRST;
  while (until < performance.now() - began) until *= 2;
  await new Promise((done) => setTimeout(done, until - (performance.now() - began)));
  if (stay.entropy !== undefined) inbox(stay, range);
}
