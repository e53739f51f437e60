// Tokens, and text without them.

/** Stands for the secret part of a token, everything before the `@`. */
export const TOKEN = "TOKEN";

export class Secrets {
  #secrets = [];

  /** Hides `token` in everything redacted from here on. */
  hide(token) {
    const [secret] = token.split("@");
    if (secret !== "") this.#secrets.push(secret, encodeURIComponent(secret));
  }

  /** `text` with every hidden token replaced. */
  redact(text) {
    return this.#secrets.reduce((shown, secret) => shown.replaceAll(secret, TOKEN), text);
  }
}
