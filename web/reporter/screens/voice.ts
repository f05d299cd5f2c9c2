// Speaking instead of writing (US10): for who writes slowly, or not at all.
import { button, fresh, h } from "../dom";
import { canRecord, listen, LONGEST, Recording, type Voice } from "../evidence/voice";
import { announce, type Screen } from "../house";
import { t } from "../text";

const LOOKS = 200; // milliseconds between two looks at the time and the level

/** Whether a recording is under way: it must be stopped before she goes on. */
let going: Recording | undefined;

export const voice: Screen = {
  title: "voice.title",
  hint: "voice.hint",
  body: ({ draft }) => {
    if (!canRecord()) return [h("p", { class: "note" }, t("voice.none"))];
    const id = fresh();
    const line = h("p", { class: "state" });
    const meter = h("meter", { id, min: 0, max: 1, value: 0 });
    const level = h("div", { class: "field", hidden: true }, h("label", { for: id }, t("voice.level")), meter);
    let silence: (() => void) | undefined;
    const record = button(t("voice.start"), () => void begin(), "", { id: "record" });
    const stop = button(t("voice.stop"), () => void end(), "main", { id: "stop" });
    const hear = button(t("voice.listen"), () => void play(), "", { id: "hear" });
    const drop = button(t("voice.drop"), () => discard(), "", { id: "drop" });
    const keep = (kept: Voice | undefined): void => {
      draft.voice = kept;
      fill();
      line.dispatchEvent(new Event("change", { bubbles: true })); // "Skip" becomes "Next"
    };
    const fill = (): void => {
      const kept = draft.voice;
      record.hidden = going !== undefined || kept !== undefined;
      level.hidden = stop.hidden = going === undefined;
      hear.hidden = drop.hidden = kept === undefined || going !== undefined;
      hear.textContent = silence === undefined ? t("voice.listen") : t("voice.quiet");
      line.textContent = kept === undefined ? "" : t("voice.kept", { seconds: kept.seconds });
    };
    const begin = async (): Promise<void> => {
      record.disabled = true;
      try {
        const made = await Recording.begin();
        if (!line.isConnected) return made.discard(); // she went on while the browser asked
        going = made;
      } catch {
        return announce(t("voice.denied"));
      } finally {
        record.disabled = false;
      }
      fill();
      announce(t("voice.begun"), { seen: false });
      stop.focus();
      const look = (): void => {
        if (going === undefined) return clearInterval(timer);
        line.textContent = t("voice.going", { seconds: going.seconds, most: LONGEST });
        meter.value = going.level();
        if (!line.isConnected || going.seconds >= LONGEST) void end();
      };
      const timer = setInterval(look, LOOKS);
      look();
    };
    const end = async (): Promise<void> => {
      const made = going;
      going = undefined;
      const kept = await made?.end();
      if (kept === undefined) return announce(t("voice.denied"));
      keep(kept);
      announce(line.textContent ?? "", { seen: false });
      hear.focus();
    };
    const play = async (): Promise<void> => {
      if (silence !== undefined) return silence();
      const kept = draft.voice;
      if (kept === undefined) return;
      const over = (): void => ((silence = undefined), fill());
      silence = await listen(kept, over).catch(() => (announce(t("voice.failed")), undefined));
      fill();
    };
    const discard = (): void => {
      silence?.();
      keep(undefined);
      announce(t("voice.dropped"));
      record.focus();
    };
    fill();
    return [line, level, h("div", { class: "nav" }, record, stop, hear, drop)];
  },
  next: () => (going === undefined ? undefined : t("voice.first")),
  optional: ({ draft }) => draft.voice === undefined,
  said: ({ draft }) => (draft.voice === undefined ? [] : [t("voice.kept", { seconds: draft.voice.seconds })]),
};
