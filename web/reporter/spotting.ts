// A note on her device alone: text that looks like what identifies somebody. Nothing of it is sent or kept.

export type Spotted = "phone" | "email" | "identity" | "coordinates";

/** Digits of any script as 0 to 9, so that Arabic or Burmese numbers are seen as well. */
const plain = (text: string): string =>
  text.replace(/\p{Nd}/gu, (char) => {
    let zero = char.codePointAt(0) ?? 0;
    const point = zero;
    while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1)) && point - zero < 9) zero--;
    return String((point - zero) % 10);
  });

const COORDINATES = /-?\d{1,3}[.,٫]\d{3,}°?\s*[NSns]?\s*[,;\s]\s*-?\d{1,3}[.,٫]\d{3,}|\d{1,3}°\s*\d{1,2}['′]/u;
const EMAIL = /[^\s@]{1,64}@[^\s@]{1,64}\.[^\s@.]{2,}/u;
const PHONE = /(?:\+|\b00)\s?\d(?:[\s().-]?\d){6,14}\b|\b0\d(?:[\s().-]?\d){6,12}\b|\b\d{2,4}(?:[\s.-]\d{2,4}){2,4}\b/u;
const IDENTITY = /\b[A-Z]{0,3}[-\s]?\d{7,}\b/u;

/** Return what the text seems to hold. */
export function spot(text: string): Spotted[] {
  let rest = plain(text);
  const found: Spotted[] = [];
  const look = (kind: Spotted, pattern: RegExp): void => {
    if (!pattern.test(rest)) return;
    found.push(kind);
    rest = rest.replace(new RegExp(pattern, "gu"), " "); // one thing is one note
  };
  look("coordinates", COORDINATES);
  look("email", EMAIL);
  look("phone", PHONE);
  look("identity", IDENTITY);
  return found;
}
