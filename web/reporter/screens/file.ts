// A file that was sealed here or by `amana report seal`, sent later. It is checked for damage before it goes.
import { checkSealed } from "../../protocol/index";
import { envelopeForm } from "../../protocol/envelope";
import { LIMIT } from "../../protocol/limits";
import { button, fresh, h } from "../dom";
import { announce, show, type Visit } from "../house";
import { t } from "../text";
import { followSending } from "./send";

export function sendFile(visit: Visit, back: () => void): void {
  const id = fresh();
  const input = h("input", { id, type: "file" });
  const send = async (): Promise<void> => {
    const file = input.files?.[0];
    if (file === undefined) return input.focus();
    try {
      if (file.size > LIMIT.envelope) throw new Error("too large");
      const envelope = new Uint8Array(await file.arrayBuffer());
      const { id: report } = await checkSealed(envelope);
      const { received } = envelopeForm.decode(envelope, LIMIT.envelope);
      visit.sending = undefined;
      followSending(visit, { envelope, id: report, received });
    } catch {
      announce(t("file.damaged"));
    }
  };
  show(
    t("file.title"),
    h("div", { class: "field" }, h("label", { for: id }, t("file.label")), input),
    h("div", { class: "nav" }, button(t("file.send"), () => void send(), "main", { id: "next" }), button(t("nav.back"), back)),
  );
}
