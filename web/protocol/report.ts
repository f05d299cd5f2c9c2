// A report as she wrote it, in the form of data/sample_reports.json: what the page fills in. Absent, null and "" are alike.

type Maybe<T> = T | null | undefined;

export interface Report {
  readonly slip: {
    readonly lang: string;
    readonly urgency: string; // U0 to U3
    readonly tier: number; // 1 to 3
    readonly exclude_links?: readonly string[];
    readonly exclude_people?: readonly string[];
    readonly exclude_pools?: readonly string[];
    readonly reviewer_preference?: string; // ANY, WOMAN_PREFERRED, WOMAN_REQUIRED
    readonly two_person?: boolean;
    readonly emergency?: boolean; // one person may open in an emergency
    readonly ring?: string; // desk, ombuds
  };
  readonly triage?: Maybe<{
    readonly tiles?: Maybe<readonly string[]>;
    readonly context?: Maybe<readonly string[]>;
    readonly actors?: Maybe<
      readonly { readonly type: string; readonly involvement?: Maybe<string>; readonly basis?: Maybe<string> }[]
    >;
    readonly who?: Maybe<readonly string[]>;
    readonly count?: Maybe<string>;
    readonly minor?: Maybe<string>;
    readonly place?: Maybe<{
      readonly precision?: Maybe<string>;
      readonly country?: Maybe<string>;
      readonly area?: Maybe<string>;
      readonly district?: Maybe<string>;
      readonly type?: Maybe<string>;
    }>;
    readonly time?: Maybe<{
      readonly precision?: Maybe<string>;
      readonly value?: Maybe<string>;
      readonly ongoing?: Maybe<boolean>;
    }>;
    readonly harm?: Maybe<{
      readonly dimensions?: Maybe<readonly string[]>;
      readonly levels?: Maybe<readonly string[]>;
      readonly effects?: Maybe<readonly string[]>;
    }>;
    readonly source_link?: Maybe<string>;
  }>;
  readonly narrative?: Maybe<{
    readonly text?: Maybe<string>;
    readonly voice?: Maybe<readonly { readonly seconds: number; readonly transcript?: Maybe<string> }[]>;
  }>;
  readonly accused?: Maybe<
    readonly { readonly type: string; readonly unit_text?: Maybe<string>; readonly person_text?: Maybe<string> }[]
  >;
  readonly identities?: Maybe<{
    readonly reporter?: Maybe<{ readonly name?: Maybe<string>; readonly contact?: Maybe<string> }>;
    readonly others?: Maybe<
      readonly {
        readonly role?: Maybe<string>;
        readonly name?: Maybe<string>;
        readonly knows?: Maybe<string>;
        readonly consent_by?: Maybe<string>;
      }[]
    >;
  }>;
  readonly location_exact?: Maybe<{ readonly text?: Maybe<string> }>;
  readonly evidence?: Maybe<
    readonly {
      readonly kind?: Maybe<string>;
      readonly mime?: Maybe<string>;
      readonly bytes: number;
      readonly contains?: Maybe<readonly string[]>;
      readonly keep_original_sealed?: Maybe<boolean>;
    }[]
  >;
  readonly consent: {
    readonly given_by?: Maybe<string>;
    readonly mode?: Maybe<string>;
    readonly choices: Readonly<Record<string, string>>; // purpose: no, ask_me_first, yes_without_identity, yes_with_identity
    readonly named_recipients?: Maybe<Readonly<Record<string, readonly string[]>>>;
  };
  readonly reply?: Maybe<{
    readonly mode?: Maybe<string>;
    readonly safe_window?: Maybe<string>;
    readonly never_contact_outside?: Maybe<boolean>;
  }>;
}
