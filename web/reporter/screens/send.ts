// Seal here, then send: with its states, the sealed file for another way, and then her words.
import { newWords, seal } from "../../protocol/index";
import { button, h } from "../dom";
import { sealFiles } from "../evidence/attached";
import { Bringing } from "../evidence/bringing";
import { filesLine } from "../evidence/line";
import { emptyDraft, goUntouched } from "../draft";
import { progress } from "../fields";
import { announce, show, stop, type Visit } from "../house";
import { reportOf } from "../making";
import { Sending, type Parcel, type State } from "../sending";
import { locale, named, t } from "../text";
import { fetchTrust, isFresh } from "../trusted";
import { showWords } from "./keys";

const NO_LIST = ""; // a language without list: digits

export async function sealAndSend(visit: Visit, back: () => void): Promise<void> {
  const bar = progress(t("send.sealing"));
  show(t("send.title"), bar.element);
  try {
    if (!isFresh(visit.inForce)) visit.inForce = await fetchTrust(); // the page was open for days
    visit.words = visit.follow === undefined ? await newWords(visit.lists ? locale().code : NO_LIST) : undefined;
  } catch (error) {
    return stop(error, () => void sealAndSend(visit, back));
  }
  const entropy = visit.words?.entropy ?? visit.follow?.entropy();
  if (entropy === undefined) return show(t("forgot.title"), h("p", {}, t("forgot.text")));
  try {
    const { draft, stop } = visit;
    const { files, objects } = await sealFiles(draft.files, goUntouched(draft), draft.voice, stop.signal);
    const options = { files, number: visit.follow?.number ?? 0, retention: visit.draft.retention, progress: (done: number, all: number) => bar.fill(done / all) };
    visit.parcel = await seal(reportOf(visit.draft), visit.inForce, entropy, options);
    visit.bringing = objects.length > 0 ? new Bringing(objects, visit.parcel, visit.inForce, stop.signal) : undefined;
  } catch {
    show(t("send.title"), h("p", { class: "note" }, t("send.failed")), h("div", { class: "nav" }, button(t("nav.back"), back, "main")));
    return;
  }
  wipe(visit);
  followSending(visit, visit.parcel);
}

/** What she wrote is sealed now: forget it, so that the page holds nothing but the sealed form and her words. */
function wipe(visit: Visit): void {
  visit.draft = emptyDraft(visit.draft.language);
}

/** Show a parcel on its way. With words, the next screen is hers; a file that was sealed elsewhere has none here. */
export function followSending(visit: Visit, parcel: Parcel): void {
  const bar = progress(t("send.sending"));
  const line = h("p", { class: "state" });
  const again = button(t("send.now"), () => sending.now(), "", { hidden: true });
  const sending = (visit.sending ??= new Sending(parcel, visit.inForce, () => undefined));
  sending.onward = () => visit.bringing?.start();
  let said: State | undefined;
  const look = (): void => {
    bar.element.hidden = sending.state !== "sending";
    bar.fill(sending.part);
    again.hidden = sending.state !== "waiting";
    line.dataset["state"] = sending.state;
    line.textContent = named("send", sending.state);
    if (said !== sending.state && sending.state !== "sending") announce(named("send", sending.state), { seen: false });
    said = sending.state;
  };
  const { words, follow } = visit;
  const on =
    words !== undefined
      ? button(t("send.words"), () => showWords(visit), "main", { id: "next" })
      : follow !== undefined && button(t("send.done"), () => follow.done(filesLine(visit.bringing)), "main", { id: "next" });
  show(
    t("send.title"),
    h("p", {}, t("send.sealed")),
    visit.follow !== undefined && h("p", {}, t("send.same")),
    line,
    bar.element,
    filesLine(visit.bringing),
    h("div", { class: "nav" }, on, again, button(t("send.save"), () => save(parcel))),
    h("p", { class: "hint" }, t("send.save.hint")),
    visit.bringing !== undefined && h("p", { class: "hint" }, t("bring.save")),
  );
  sending.listen(look);
  look();
  sending.now();
}

/** Hand the sealed bytes to the browser as a file. Its name says nothing. */
function save({ envelope }: Parcel): void {
  const url = URL.createObjectURL(new Blob([envelope], { type: "application/octet-stream" }));
  h("a", { href: url, download: "notes.amana" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
