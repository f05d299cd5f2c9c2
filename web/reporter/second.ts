// The second script: questions, sealing, sending. Its element lies in the document's template, with the hash that the
// browser compares; so the same document pins it, and no script ever writes an address into an element.

/** It did not come whole: the line broke, or somebody changed it. The browser does not say which. */
export class PartError extends Error {
  override readonly name = "PartError";
}

const here = (): boolean => document.documentElement.dataset["whole"] !== undefined;

let coming: Promise<void> | undefined;

/** Fetch it unless it is here or under way. Raise PartError; the next call tries again. */
export function second(): Promise<void> {
  coming ??= fetchIt().catch((error: unknown) => {
    coming = undefined;
    throw error;
  });
  return coming;
}

function fetchIt(): Promise<void> {
  return new Promise((done, failed) => {
    const template = document.querySelector<HTMLTemplateElement>("template#second");
    const script = template && document.importNode(template.content, true).querySelector("script");
    if (!script || script.integrity === "") return failed(new PartError());
    script.addEventListener("load", () => (here() ? done() : failed(new PartError())));
    script.addEventListener("error", () => failed(new PartError()));
    document.head.append(script);
  });
}
