// The later scripts: the second has questions, sealing, sending; the third is for who comes back. Their elements lie in
// the document's templates, with the hashes that the browser compares; so the same document pins them, and no script
// ever writes an address into an element.

/** It did not come whole: the line broke, or somebody changed it. The browser does not say which. */
export class PartError extends Error {
  override readonly name = "PartError";
}

/** A script that comes when it is wanted. */
export interface Later {
  readonly here: () => boolean;
  /** Fetch it unless it is here or under way. Raise PartError; the next call tries again. */
  readonly fetch: () => Promise<void>;
}

/** `template`: id of the template that has its element; `mark`: what it writes on the root when it is here. */
function later(template: string, mark: string): Later {
  const here = (): boolean => document.documentElement.dataset[mark] !== undefined;
  let coming: Promise<void> | undefined;
  const fetchIt = (): Promise<void> =>
    new Promise((done, failed) => {
      const found = document.querySelector<HTMLTemplateElement>(`template#${template}`);
      const script = found && document.importNode(found.content, true).querySelector("script");
      if (!script || script.integrity === "") return failed(new PartError());
      script.addEventListener("load", () => (here() ? done() : failed(new PartError())));
      script.addEventListener("error", () => failed(new PartError()));
      document.head.append(script);
    });
  const fetch = (): Promise<void> => {
    coming ??= fetchIt().catch((error: unknown) => {
      coming = undefined;
      throw error;
    });
    return coming;
  };
  return { here, fetch };
}

export const second = later("second", "whole");
export const third = later("third", "returning");
