// Elements made by calls alone: text goes in as text, so nothing that she or a server writes can become markup.

export type Child = Node | string | null | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const SVG = "http://www.w3.org/2000/svg";

function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((one): one is Node | string => one !== null && one !== undefined && one !== false));
  return element;
}

/** Return a new element. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => fill(document.createElement(tag), attributes, children);

/** Return a new element of a drawing. */
export const svg = (tag: string, attributes: Attributes, ...children: readonly Child[]): SVGElement =>
  fill(document.createElementNS(SVG, tag) as SVGElement, attributes, children);

/** Return a button that does something. It never submits: there is no form. */
export function button(text: string, act: () => void, kind = "", attributes: Attributes = {}): HTMLButtonElement {
  const made = h("button", { type: "button", class: kind, ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

let last = 0;
/** Return an id that no other element has: for labels and descriptions. */
export const fresh = (): string => `n${++last}`;
