// The first screen, small, so that it is there in a moment on a bad line: her language, and the way out.
// The rest (main.ts) comes as a second script of the document, checked by the browser like this one. They meet in two
// attributes of the root: `data-chosen`, set here, and `data-ready`, set there.
import { button, h } from "./dom";
import { leaveButton } from "./leaving";
import { LOCALES } from "./locales";

const root = document.documentElement;

const say = (text: string): void => void ((document.querySelector("#status") as HTMLElement).textContent = text);

function choose(code: string): void {
  root.dataset["chosen"] = code;
  dispatchEvent(new Event("chosen"));
  if (root.dataset["ready"] === undefined) say("…");
}

const words = LOCALES.map((one) => one.word).join(" · ");
const heading = h("h1", { tabindex: "-1" }, words);
const choices = LOCALES.map((one) =>
  button(one.name, () => choose(one.code), "language", { lang: one.code, dir: one.direction }),
);
document.body.replaceChildren(
  h("header", { class: "bar" }, leaveButton(`✕ ${LOCALES.map((one) => one.leave).join(" · ")}`)),
  h("aside", { id: "rehearsal", hidden: true }),
  h("main", {}, heading, h("div", { class: "languages" }, ...choices)),
  h("p", { id: "status", role: "status", "aria-live": "polite" }),
);

/** What to do when the page is not whole, in all languages: none of them may be here yet. */
function stop(...again: HTMLButtonElement[]): void {
  const lines = LOCALES.map((one) => h("p", { lang: one.code, dir: one.direction }, one.stop));
  document.querySelector("main")?.replaceChildren(h("h1", { tabindex: "-1" }, words), ...lines, ...again);
  document.querySelector("h1")?.focus();
}

// main.ts asks for the same words: a language did not come, or the browser cannot seal.
addEventListener("stopped", () => stop(button("↻", () => dispatchEvent(new Event("chosen")), "main", { "aria-label": words })));

// All scripts have come or failed now: without the second one nothing may go on.
const whole = (): void => {
  if (root.dataset["ready"] === undefined) stop();
};
if (document.readyState === "complete") setTimeout(whole);
else addEventListener("load", () => setTimeout(whole));
