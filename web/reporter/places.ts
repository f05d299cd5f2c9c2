// Countries and coarse times, as the browser names them: no list of ours to translate.
import type { InForce } from "../protocol/index";
import { locale, t } from "./text";

const ISO =
  "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZ" +
  "ECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZ" +
  "LALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQA" +
  "RERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";
const REHEARSAL = Array.from("ABCDEFGHIJLMNOPQRSTUVWXYZ", (letter) => `X${letter}`); // ISO keeps X? free for own use

/** Return codes and names of countries, sorted as her language sorts. A rehearsal plays in invented ones. */
export function countries(inForce: InForce): [string, string][] {
  const names = new Intl.DisplayNames([locale().code], { type: "region" });
  const real = (ISO.match(/../g) ?? []).map((code): [string, string] => [code, names.of(code) ?? code]);
  const sorted = real.sort((one, other) => one[1].localeCompare(other[1], locale().code));
  return inForce.rehearsal ? [...sorted, ...REHEARSAL.map((code): [string, string] => [code, code])] : sorted;
}

/** Return the name of a country as the list has it. */
export const countryName = (code: string, inForce: InForce): string =>
  countries(inForce).find(([one]) => one === code)?.[1] ?? code;

const DAY = 86_400_000;
const iso = (date: Date): string => date.toISOString().slice(0, 10);

/** The ISO week of a day: the year and number are those of its Thursday. */
function week(monday: Date): string {
  const thursday = new Date(monday.getTime() + 3 * DAY);
  const year = thursday.getUTCFullYear();
  const number = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
  return `${year}-W${String(number).padStart(2, "0")}`;
}

/** Return groups of coarse times back from today: eight weeks, twelve months, ten years. */
export function times(now = new Date()): { label: string; options: [string, string][] }[] {
  const day = new Intl.DateTimeFormat(locale().code, { day: "numeric", month: "long", timeZone: "UTC" });
  const month = new Intl.DateTimeFormat(locale().code, { month: "long", year: "numeric", timeZone: "UTC" });
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  const monday = today - ((new Date(today).getUTCDay() + 6) % 7) * DAY;
  const weeks = Array.from({ length: 8 }, (_, back) => new Date(monday - back * 7 * DAY));
  const months = Array.from({ length: 12 }, (_, back) => new Date(Date.UTC(now.getFullYear(), now.getMonth() - back, 1)));
  const years = Array.from({ length: 10 }, (_, back) => String(now.getFullYear() - back));
  return [
    { label: t("where.weeks"), options: weeks.map((one) => [week(one), t("where.week", { day: day.format(one) })]) },
    { label: t("where.months"), options: months.map((one) => [iso(one).slice(0, 7), month.format(one)]) },
    { label: t("where.years"), options: years.map((one) => [one, one]) },
  ];
}

/** Return a time of that list as the list says it. */
export const timeName = (value: string): string =>
  times().flatMap((group) => group.options).find(([one]) => one === value)?.[1] ?? value;

/** Return how fine a time of that list is (vocabulary, `time_precision`). */
export const timePrecision = (value: string): string =>
  value === "" ? "TIM.0" : value.includes("W") ? "TIM.3" : value.length === 7 ? "TIM.2" : "TIM.1";
