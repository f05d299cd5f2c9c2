// Quick exit. What is on the screen goes first, then the page; what it cannot erase is said on the second screen.
import { button } from "./dom";

const PRESSES = 3;
const WITHIN = 1500; // milliseconds between two presses

/** Leave now: an answer with Clear-Site-Data, which looks like a table of measures, takes this page's place. */
export function leave(): void {
  document.body.replaceChildren();
  dispatchEvent(new Event("leaving")); // recordings and files that are on their way stop now
  location.replace("/leave");
}

/** Return the button. Esc three times does the same; a page that comes back from the browser's memory starts anew. */
export function leaveButton(text: string): HTMLButtonElement {
  let presses: number[] = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    presses = [...presses, event.timeStamp].filter((one) => event.timeStamp - one < PRESSES * WITHIN);
    if (presses.length >= PRESSES) leave();
  });
  addEventListener("pagehide", () => document.body.replaceChildren());
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  return button(text, leave, "leave", { id: "leave" });
}
