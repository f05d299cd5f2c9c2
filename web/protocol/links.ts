// Links: what people have ties to, and when a tie meets what she excludes (protocol 6.3).
// `ACT:POL@XS-03` is the police of area XS-03; `AREA:XS-03` is the area itself. A larger place makes a coarser link.
import { require } from "./errors";
import { LINK } from "./slip";

function parts(link: string): { readonly actor: string; readonly place: string } {
  require(LINK.test(link), "link");
  const rest = link.slice(link.indexOf(":") + 1);
  const at = rest.indexOf("@");
  return { actor: at < 0 ? "" : rest.slice(0, at), place: rest.slice(at + 1) };
}

/** Whether a place is the other, or lies in it. */
const inside = (place: string, other: string): boolean => place === other || place.startsWith(`${other}-`);

/** Whether a person's (or pool's) link meets an excluded one.
 *
 * Same actor: when one place lies in the other, whichever is coarser. An excluded area: when the person's place, be it
 * hers or her actor's, lies in it or it in hers. An excluded actor never meets a person's area.
 */
export function meet(personLink: string, excludedLink: string): boolean {
  const [person, excluded] = [parts(personLink), parts(excludedLink)];
  if (excluded.actor !== "" && person.actor !== excluded.actor) return false;
  return inside(person.place, excluded.place) || inside(excluded.place, person.place);
}

/** Whether any of these links meets any excluded one. */
export const anyMeet = (links: readonly string[], excluded: readonly string[]): boolean =>
  links.some((link) => excluded.some((other) => meet(link, other)));
