// The few kinds of questions there are. Every one has a label that a screen reader says, and writes down what she chose.
import { fresh, h, type Child } from "./dom";

type Options = readonly (readonly [string, string])[];

/** Return one box to tick, with its words as its label. */
export function tick(text: string, on: boolean, change: (on: boolean) => void, ...before: readonly Child[]): HTMLLabelElement {
  const box = h("input", { type: "checkbox", checked: on });
  box.addEventListener("change", () => change(box.checked));
  return h("label", { class: "choice" }, box, ...before, h("span", {}, text));
}

/** Return boxes of which any number can be ticked. `most`: how many, where the protocol bounds it. */
export function ticks(
  legend: string,
  options: Options,
  chosen: Set<string>,
  changed: (code: string, box: HTMLInputElement) => void = () => undefined,
  before: (code: string) => Child = () => null,
  kind = "",
): HTMLFieldSetElement {
  const boxes = options.map(([code, text]) => {
    const label = tick(
      text,
      chosen.has(code),
      (on) => {
        if (on) chosen.add(code);
        else chosen.delete(code);
        changed(code, label.querySelector("input") as HTMLInputElement);
      },
      before(code),
    );
    return label;
  });
  return h("fieldset", { class: kind }, h("legend", {}, legend), h("div", { class: "choices" }, ...boxes));
}

/** Return boxes of which one can be chosen. */
export function radios(legend: string, options: Options, chosen: string, change: (code: string) => void): HTMLFieldSetElement {
  const name = fresh();
  const boxes = options.map(([code, text]) => {
    const box = h("input", { type: "radio", name, value: code, checked: code === chosen });
    box.addEventListener("change", () => change(code));
    return h("label", { class: "choice" }, box, h("span", {}, text));
  });
  return h("fieldset", {}, h("legend", {}, legend), h("div", { class: "choices" }, ...boxes));
}

/** Return a list to choose from; groups where `options` has them. */
export function select(
  text: string,
  options: Options | readonly { readonly label: string; readonly options: Options }[],
  chosen: string,
  change: (code: string) => void,
  none?: string,
): HTMLDivElement {
  const id = fresh();
  const one = ([value, label]: readonly [string, string]): HTMLOptionElement =>
    h("option", { value, selected: value === chosen }, label);
  const made = options.map((entry) =>
    "label" in entry ? h("optgroup", { label: entry.label }, ...entry.options.map(one)) : one(entry),
  );
  const list = h("select", { id }, none !== undefined && one(["", none]), ...made);
  list.addEventListener("change", () => change(list.value));
  return h("div", { class: "field" }, h("label", { for: id }, text), list);
}

/** Return a place to write in. Its direction follows what is written; nothing is completed, corrected or remembered. */
export function write(
  text: string,
  value: string,
  change: (value: string) => void,
  { long = false, rows = 9, most = 100, hint }: { long?: boolean; rows?: number; most?: number; hint?: string } = {},
): HTMLDivElement {
  const [id, described] = [fresh(), fresh()];
  const quiet = { id, dir: "auto", autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false" };
  const asides = { ...quiet, "data-gramm": "false", "aria-describedby": hint === undefined ? undefined : described };
  const box = long
    ? h("textarea", { ...asides, rows })
    : h("input", { ...asides, type: "text", maxlength: most });
  box.value = value;
  box.addEventListener("input", () => change(box.value));
  const said = hint === undefined ? null : h("p", { id: described, class: "hint" }, hint);
  return h("div", { class: "field" }, h("label", { for: id }, text), said, box);
}

/** Return a bar that fills, and the way to fill it. */
export function progress(text: string): { element: HTMLDivElement; fill: (part: number) => void } {
  const id = fresh();
  const bar = h("progress", { id, max: 100, value: 0 });
  return { element: h("div", { class: "field" }, h("label", { for: id }, text), bar), fill: (part) => void (bar.value = part * 100) };
}
