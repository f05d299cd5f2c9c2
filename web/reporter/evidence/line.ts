// How far the files are: on every screen from sending on, so that she knows when she can close the page.
import { button, h } from "../dom";
import { progress } from "../fields";
import { announce } from "../house";
import { namedWith, t } from "../text";
import type { Bringing, Brought } from "./bringing";

/** Return a place that says it, also aloud when it changes. Nothing where there are no files. */
export function filesLine(bringing: Bringing | undefined): HTMLElement | undefined {
  if (bringing === undefined) return undefined;
  const line = h("p", { class: "state" });
  const bar = progress(t("bring.progress"));
  const again = button(t("bring.now"), () => bringing.now(), "", { hidden: true });
  let said: Brought | undefined;
  let counted = -1;
  const look = (): void => {
    const { state, all, done } = bringing;
    const moving = state === "sending" || state === "waiting";
    bar.element.hidden = !moving;
    bar.fill(bringing.part);
    again.hidden = state !== "waiting";
    line.dataset["files"] = state;
    if (said === state && counted === done) return;
    line.textContent = namedWith("bring", state, { all, done, missing: all - done });
    if (said !== undefined && (!moving || state === "waiting")) announce(line.textContent, { seen: false });
    [said, counted] = [state, done];
  };
  bringing.listen(look);
  look();
  return h("div", {}, line, bar.element, again);
}
