// Photos and other files: chosen, cleaned and looked at here; they travel after her words.
import { button, fresh, h, type Child } from "../dom";
import { originalsOf } from "../draft";
import { Attached, LARGEST, MOST } from "../evidence/attached";
import { radios, tick } from "../fields";
import { announce, type Screen, type Visit } from "../house";
import { counted, locale, named, options, t } from "../text";

const SLOW = 40_000; // bytes a second, as over Tor on a bad day
const SHOWN = 320; // pixels of a picture's side, when she looks

/** A size as people write it. */
function sizeOf(bytes: number): string {
  const [unit, per] = bytes < 1_000_000 ? ["kilobyte", 1000] as const : ["megabyte", 1_000_000] as const;
  const digits = unit === "kilobyte" || bytes > 10_000_000 ? 0 : 1;
  const format = new Intl.NumberFormat(locale().code, { style: "unit", unit, maximumFractionDigits: digits });
  return format.format(Math.max(1, bytes / per));
}

const most = ({ draft }: Visit): number => MOST - (draft.voice === undefined ? 0 : 1);
const room = (visit: Visit): number => most(visit) - visit.draft.files.length;

/** What is in it, and its name: only when she asks, others may see the screen. */
function preview(one: Attached): HTMLElement {
  const canvas = h("canvas", { hidden: true, "aria-hidden": "true" });
  const draw = async (): Promise<void> => {
    if (one.clean === undefined) return;
    const picture = await createImageBitmap(new Blob([one.clean.data], { type: one.clean.media }));
    const scale = Math.min(1, SHOWN / Math.max(picture.width, picture.height));
    [canvas.width, canvas.height] = [Math.max(1, picture.width * scale), Math.max(1, picture.height * scale)];
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.hidden = false;
  };
  void draw().catch(() => undefined);
  return h("div", {}, h("p", {}, h("bdi", {}, one.file.name)), canvas);
}

function card(visit: Visit, one: Attached, place: number, again: (what?: "tick") => void): HTMLElement {
  const label = `${named("files.kind", one.kind)} ${place}`;
  const shown = h("div", { hidden: true });
  const look = button(t("files.look"), () => {
    shown.hidden = !shown.hidden;
    shown.replaceChildren(...(shown.hidden ? [] : [preview(one)]));
    const says = shown.hidden ? t("files.look") : t("files.hide");
    look.textContent = says;
    look.setAttribute("aria-label", `${says}: ${label}`);
    look.setAttribute("aria-expanded", String(!shown.hidden));
  }, "", { "aria-expanded": "false", "aria-label": `${t("files.look")}: ${label}` });
  const remove = (): void => {
    visit.draft.files = visit.draft.files.filter((other) => other !== one);
    again();
    announce(t("files.removed"));
    document.querySelector<HTMLInputElement>('main input[type="file"]')?.focus(); // its button is gone
  };
  const said: Child[] = !one.done
    ? [h("p", {}, t("files.looking"))]
    : one.working !== undefined
      ? [h("p", {}, t("files.clean"))]
      : [h("p", {}, t("files.asis")), tick(t("files.asis.yes"), one.asIs, (on) => ((one.asIs = on), again("tick")))];
  return h("section", { class: "card", "data-done": one.done },
    h("h2", {}, `${label} · `, h("bdi", {}, sizeOf(one.file.size))),
    ...said,
    shown,
    h("div", { class: "nav" }, look, button(t("files.remove"), remove, "", { "aria-label": `${t("files.remove")}: ${label}` })),
  );
}

/** How much it is, and how long that may take. */
function total(visit: Visit): string {
  const { draft } = visit;
  const bytes = draft.files.reduce((sum, one) => sum + one.bytes(originalsOf(draft) === "yes"), draft.voice?.size ?? 0);
  if (bytes === 0) return "";
  return t("files.total", { size: sizeOf(bytes), minutes: Math.max(1, Math.round(bytes / SLOW / 60)) });
}

/** Take up what she chose, as far as there is room. Return what is to be said of it. */
function add(visit: Visit, chosen: readonly File[]): string {
  const fits = chosen.filter((one) => one.size >= 1 && one.size <= LARGEST);
  const taken = fits.slice(0, room(visit));
  visit.draft.files.push(...taken.map((one) => new Attached(one, visit.stop.signal)));
  if (taken.length < fits.length) return t("files.most", { count: most(visit) });
  return fits.length < chosen.length ? t("files.large") : "";
}

export const files: Screen = {
  title: "files.title",
  hint: "files.hint",
  body: (visit) => {
    const { draft } = visit;
    const id = fresh();
    const input = h("input", { id, type: "file", multiple: true });
    const list = h("div", {});
    const untouched = h("div", {});
    const sum = h("p", { "aria-live": "polite" });
    const fill = (what?: "tick"): void => {
      if (what === undefined) {
        list.replaceChildren(...draft.files.map((one, i) => card(visit, one, i + 1, fill)));
        const asked = draft.files.some((one) => one.working !== undefined);
        const choose = (code: string): void => ((draft.originals = code), fill("tick"));
        const hint = h("p", { class: "hint" }, t("files.originals.hint"));
        untouched.replaceChildren(...(asked ? [radios(t("files.originals"), options("files.original"), originalsOf(draft), choose), hint] : []));
        input.disabled = room(visit) <= 0;
        list.dispatchEvent(new Event("change", { bubbles: true })); // "Skip" becomes "Next"
      }
      const says = total(visit);
      if (sum.textContent !== says) sum.textContent = says;
    };
    input.addEventListener("change", () => {
      const says = add(visit, [...(input.files ?? [])]);
      input.value = "";
      for (const one of draft.files) void one.looked.then(() => list.isConnected && fill(), () => undefined);
      fill();
      announce(says);
    });
    fill();
    return [
      h("p", { class: "note" }, t("files.see")),
      h("label", { for: id, class: "pick" }, input, t("files.choose", { count: most(visit) })),
      list,
      untouched,
      sum,
    ];
  },
  optional: ({ draft }) => draft.files.length === 0,
  next: undecided,
  said: ({ draft }) => counted(draft.files.length),
};

/** What she has to decide before they can go, in a sentence. */
export function undecided(visit: Visit): string | undefined {
  const { draft } = visit;
  if (room(visit) < 0) return t("files.most", { count: most(visit) }); // she recorded her voice after choosing
  if (draft.files.some((one) => !one.done)) return t("files.wait");
  if (draft.files.some((one) => one.working === undefined && !one.asIs)) return t("files.decide");
  return draft.files.some((one) => one.working !== undefined) && originalsOf(draft) === "" ? t("files.originals.choose") : undefined;
}
