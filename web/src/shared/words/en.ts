export const en = {
  product: "Tandem",
  signIn: {
    title: "Sign in",
    name: "Name",
    password: "Password",
    button: "Sign in",
    wrong: "The name or the password is wrong.",
    tooOften: "Too many wrong tries. Wait a little, then try again.",
    unreached: "The centre can't be reached. Try again in a moment.",
    failed: (message: string) => `That did not work: ${message}`,
    byProvider: "Sign in with your company account",
    trouble: {
      oidc_expired: "That took too long, or was begun in another window. Try again.",
      oidc_refused: "Your company's sign-in was not finished.",
      oidc_trouble: "Your company's sign-in can't be used at the moment. Your password here works.",
      oidc_unknown: "Nobody has made a user for you here yet. Ask an admin.",
    } as Record<string, string>,
  },
  newPassword: {
    title: "Choose a password of your own",
    why: "The one you were given is good for this once.",
    old: "Password in use",
    password: "New password",
    again: "New password once more",
    different: "The two new passwords are not the same.",
    wrong: "The password in use is another.",
    button: "Change it",
  },
  places: { title: "Pages", desk: "Desk", board: "Board", admin: "Settings", editor: "Flows" },
  recordings: {
    title: "Recordings",
    hear: "Recordings",
    none: "Nothing was recorded.",
    failed: "The recordings could not be loaded. Try again.",
    told: (kind: "talk" | "voicemail", at: string, agent: string, seconds: number) =>
      `${kind === "talk" ? "Talk" : "Voicemail"}, ${at}${agent && `, ${agent}`}, ${seconds} s`,
  },
  settings: {
    language: "Language",
    theme: "Light or dark",
    light: "Light",
    dark: "Dark",
    auto: "As the system",
    soundOn: "Sound is on",
    soundOff: "Sound is off",
    out: "Sign out",
  },
};

export type Words = typeof en;
