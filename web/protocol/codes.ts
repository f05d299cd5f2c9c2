// Written by `python -m web.generate`; a test compares. Do not edit.
// The codes of data/vocabulary.json that a report may use.
export const CODES = {
  actors: ["POL", "MIL", "INT", "PRI", "BOR", "GOV", "JUD", "FOR", "PGM", "OPP", "VEX", "SDG", "MOB", "PTY", "PSC", "CRI", "REL", "COM", "COL", "ONL", "UNK", "NOT"],
  context_flags: ["ELECTION", "PROTEST", "PEACE_TALKS", "DIALOGUE_WITH_SECURITY", "CHECKPOINT", "CUSTODY", "DISPLACEMENT", "AID_DELIVERY", "COUNTER_TERROR_OP", "EMERGENCY_LAW", "HOME", "ONLINE", "WORKPLACE", "BORDER"],
  count_band: ["1", "2-5", "6-20", "21-100", "100+", "UNK"],
  harm_dimension: ["PHY", "EMO", "POL", "ECO", "SPI"],
  harm_effect: ["NONE_YET", "INJURY_MINOR", "INJURY_SERIOUS", "DEATH", "MISSING", "DETAINED_NOW", "DISPLACED", "LOST_INCOME", "PROPERTY", "DISTRESS", "WORK_REDUCED", "WORK_STOPPED", "NOT_SAID"],
  harm_level: ["PERSON", "ORGANISATION", "ENVIRONMENT"],
  identification_basis: ["UNIFORM", "KNOWN_PERSON", "INSIGNIA_OR_VEHICLE", "SELF_DECLARED", "TOLD_BY_OTHERS", "ASSUMED", "NOT_SAID"],
  involvement: ["DIRECT", "ORDER", "PRESENT", "PLAN", "SUSPECT", "FAIL", "UNK"],
  location_precision: ["LOC.0", "LOC.1", "LOC.2", "LOC.3", "LOC.4", "LOC.5"],
  place_type: ["HOME", "OFFICE", "STREET", "MARKET", "CHECKPOINT", "POLICE_STATION", "DETENTION", "COURT", "POLLING_PLACE", "RELIGIOUS_SITE", "SCHOOL_OR_HEALTH", "CAMP", "ROAD", "ONLINE", "OTHER", "NOT_SAID"],
  reviewer_preference: ["ANY", "WOMAN_PREFERRED", "WOMAN_REQUIRED"],
  source_link: ["VICTIM", "WITNESS", "PARTICIPANT", "RELATIVE", "COLLEAGUE", "THIRD_PARTY", "NOT_SAID"],
  tiles: ["T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10", "T11", "T12"],
  time_precision: ["TIM.0", "TIM.1", "TIM.2", "TIM.3", "TIM.4"],
  urgency: ["U3", "U2", "U1", "U0"],
  who_affected: ["SELF", "FAMILY", "COLLEAGUE", "ORGANISATION", "COMMUNITY", "OTHER_KNOWS", "OTHER_DOES_NOT_KNOW", "NOT_SAID"],
} as const;
// Purposes of consent in the order of the wire, each with what counts when she does not answer.
export const PURPOSES = ["TRIAGE", "REPLY", "SUPPORT", "PARTNER", "UN_LETTER", "UN_PUBLIC", "UN_ANON", "OVERSIGHT", "JUSTICE", "MEDIA", "STATS", "DIALOGUE", "MATCH", "TRANSLATE", "RESEARCH"] as const;
export const CONSENT_DEFAULTS = ["yes_with_identity", "yes_without_identity", "ask_me_first", "ask_me_first", "no", "no", "ask_me_first", "ask_me_first", "ask_me_first", "no", "ask_me_first", "ask_me_first", "ask_me_first", "ask_me_first", "no"] as const;
export const CONSENT_VALUES = ["no", "ask_me_first", "yes_without_identity", "yes_with_identity"] as const;
// SHA-256 of the whole file, as the signed bundle names it.
export const VOCABULARY_DIGEST = "e1e12ea3b53b9153aa17ddb144f16de8cf9b53f706a8b8c40c421001227648bf";
